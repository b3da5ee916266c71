/**
 * Which entries an actor may see, as row-level security decides it from the links kept beside an entry and from the standing
 * tables. An entry nobody is named in is seen by nobody.
 */
import { OPEN_RIGHT, staffScope, type RowScope } from '../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

export const OF_STAFF = `links_name(links, 'creditor:' || ${ORG}) and ${staffScope(ORG)}`;
export const OF_MANDATE = `exists (select 1 from standing_right r where r.kind = 'MANDATE' and r.holder = ${ORG} and ${OPEN_RIGHT} and links_name(links, 'creditor:' || r.creditor_id))`;
export const OF_SELF = `exists (select 1 from standing_person p where p.person_id = ${SUB} and links_name(links, 'borrower:' || p.borrower_id))`;
/** The policy of entry applies inside: a place in a stream is as visible as the entry at it. */
export const OF_ENTRY = 'exists (select 1 from entry e where e.index = stream_entry.index)';
const OF_AGENCY = `links_name(links, 'agency:' || ${ORG})`;

/** As it is since agencies read what names them. */
export const OF_ENTRY_SCOPE = {
  entry: { table: 'entry', INTERNAL: OF_STAFF, PARTNER: OF_AGENCY, REGULATOR: OF_MANDATE, BORROWER: OF_SELF },
  streamEntry: { table: 'stream_entry', INTERNAL: OF_ENTRY, PARTNER: OF_ENTRY, REGULATOR: OF_ENTRY, BORROWER: OF_ENTRY },
} as const satisfies Readonly<Record<string, RowScope>>;
