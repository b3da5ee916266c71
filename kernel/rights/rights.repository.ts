/**
 * Reads the rights an actor holds over subjects from the room's standing tables, in the transaction that reads the rows.
 * Returns what stands in the ledger as far as this room has followed it; decides nothing.
 */
import { OWN_RIGHT } from '../../audit/log/release-rule';
import { DATA_CATEGORIES } from '../../schema/vocabulary';
import type { Actor } from '../actor';
import type { StreamPosition } from '../ledger';
import type { Transaction } from '../transaction';
import type { KnownRights } from './known-rights';
import type { Right, Subject } from './right';

interface RightRow {
  readonly id: string;
  readonly kind: 'AUTHORITY' | 'GRANT' | 'MANDATE';
  readonly creditor_id: string;
  readonly debt_id: string | null;
  readonly borrower_id: string | null;
  readonly purposes: string[];
  readonly categories: string[];
  readonly valid_from: Date;
  readonly valid_until: Date;
  readonly stream_n: number;
  readonly engagement_id: string | null;
  readonly engagement_state: string | null;
  readonly attested_until: Date | null;
  readonly engagement_n: number | null;
}

const COLUMNS = `r.id, r.kind, r.creditor_id, r.debt_id, r.borrower_id, r.purposes, r.categories, r.valid_from, r.valid_until, r.stream_n,
  r.engagement_id, e.state as engagement_state, e.attested_until, e.stream_n as engagement_n`;
const FROM = `from standing_right r left join standing_engagement e on e.id = r.engagement_id where r.closed_at_index is null`;

function toRight(row: RightRow): Right {
  const positions: StreamPosition[] = [{ stream: `grant:${row.id}`, n: row.stream_n }];
  if (row.engagement_id !== null && row.engagement_n !== null) positions.push({ stream: `engagement:${row.engagement_id}`, n: row.engagement_n });
  return {
    id: row.id,
    kind: row.kind,
    purposes: row.purposes,
    categories: row.categories,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    engagement: row.kind === 'GRANT' ? { state: row.engagement_state ?? 'UNKNOWN', attestedUntil: row.attested_until } : null,
    positions,
  };
}

/** A borrower's right to his own data comes from being himself (PIPL Art. 44–45); no entry opens or closes it, and it names nobody. */
function selfRight(now: Date): Right {
  return {
    id: OWN_RIGHT,
    kind: 'SELF',
    purposes: ['OWN_RIGHTS'],
    categories: DATA_CATEGORIES,
    validFrom: new Date(0),
    validUntil: new Date(now.getTime() + 1),
    engagement: null,
    positions: [],
  };
}

interface CreditorHolder {
  readonly kind: 'AUTHORITY' | 'MANDATE';
  readonly holder: string;
}

/** Who the rights over a whole creditor are held by: a member of its staff, a supervisor; null for everybody else. */
function creditorHolder(actor: Actor): CreditorHolder | null {
  if (actor.audience === 'INTERNAL') return { kind: 'AUTHORITY', holder: actor.sub };
  return actor.audience === 'REGULATOR' ? { kind: 'MANDATE', holder: actor.org } : null;
}

async function creditorRights(transaction: Transaction, { kind, holder }: CreditorHolder, subjects: readonly Subject[]): Promise<Right[][]> {
  const creditors = [...new Set(subjects.map((subject) => subject.creditorId))];
  const rows = await transaction.prepared<RightRow>(
    'rights_by_creditor',
    `select ${COLUMNS} ${FROM} and r.kind = $1 and r.holder = $2 and r.creditor_id = any($3)`,
    [kind, holder, creditors],
  );
  return subjects.map((subject) => rows.filter((row) => row.creditor_id === subject.creditorId).map(toRight));
}

async function grantRights(transaction: Transaction, agencyId: string, subjects: readonly Subject[]): Promise<Right[][]> {
  const rows = await transaction.prepared<RightRow>(
    'rights_by_borrower',
    `select ${COLUMNS} ${FROM} and r.kind = 'GRANT' and r.holder = $1 and r.borrower_id = any($2)`,
    [agencyId, [...new Set(subjects.map((subject) => subject.borrowerId))]],
  );
  const byBorrower = new Map<string, RightRow[]>();
  for (const row of rows) byBorrower.set(row.borrower_id ?? '', [...(byBorrower.get(row.borrower_id ?? '') ?? []), row]);
  return subjects.map((subject) =>
    (byBorrower.get(subject.borrowerId) ?? []).filter((row) => subject.debtId === null || row.debt_id === subject.debtId).map(toRight),
  );
}

async function selfRights(transaction: Transaction, personId: string, subjects: readonly Subject[]): Promise<Right[][]> {
  const rows = await transaction.prepared<{ borrower_id: string }>(
    'rights_of_self',
    'select borrower_id from standing_person where person_id = $1 and borrower_id = any($2)',
    [personId, subjects.map((subject) => subject.borrowerId)],
  );
  const own = new Set(rows.map((row) => row.borrower_id));
  return subjects.map((subject) => (own.has(subject.borrowerId) ? [selfRight(transaction.now)] : []));
}

/** For each subject the rights the actor holds over it, in the subjects' order. */
export function rightsOver(transaction: Transaction, actor: Actor, subjects: readonly Subject[]): Promise<Right[][]> {
  const held = creditorHolder(actor);
  if (held !== null) return creditorRights(transaction, held, subjects);
  return actor.audience === 'PARTNER' ? grantRights(transaction, actor.org, subjects) : selfRights(transaction, actor.sub, subjects);
}

/** The rights over `subject` that `known` has from the standing this snapshot shows; undefined: to be read. */
export function knownRightsOver({ standing }: Transaction, actor: Actor, subject: Subject, known: KnownRights): readonly Right[] | undefined {
  const held = creditorHolder(actor);
  return held === null ? undefined : known.at(standing.changedIndex, `${held.kind} ${held.holder}`, subject.creditorId);
}

/** The same as `rightsOver`, and remembers what later snapshots of the same standing need not read again. `transaction` MUST be one snapshot. */
export async function readAndKeepRights(transaction: Transaction, actor: Actor, subjects: readonly Subject[], known: KnownRights): Promise<(readonly Right[])[]> {
  const rights = await rightsOver(transaction, actor, subjects);
  const held = creditorHolder(actor);
  if (held !== null) subjects.forEach(({ creditorId }, at) => known.keep(transaction.standing.changedIndex, `${held.kind} ${held.holder}`, creditorId, rights[at]!));
  return rights;
}
