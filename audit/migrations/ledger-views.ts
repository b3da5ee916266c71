/**
 * What requests may see of the ledger: entries of the reader's own creditors or borrowers, hashes for everybody, exports for
 * who asked for them. Row-level security decides from the standing tables of this room.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mandateScope, rowScopePolicies } from '../../kernel/row-scope';
import { OF_ENTRY, OF_MANDATE, OF_SELF, OF_STAFF } from './entry-scope';

const ORG = `current_setting('cession.org', true)`;

/**
 * A stream's name stands in the links as a whole JSON string, so quotes around it make the search exact. The functions that
 * answer beyond row scope tell numbers and hashes only: a place in a stream, leaf hashes, how many entries are not covered.
 */
const FUNCTIONS = [
  `create function links_name(links bytea, stream text) returns boolean language sql immutable parallel safe
    return position(convert_to('"' || stream || '"', 'UTF8') in links) > 0`,
  `create function leaf_hashes(first bigint, below bigint) returns table (hash bytea) language sql stable security definer set search_path from current
    as $$ select leaf_hash from entry where index >= first and index < below order by index limit 256 $$`,
  // Both n and index grow within a stream, so a binary search finds the place; an index on it would cost every append.
  `create function stream_position(asked text, at bigint) returns bigint language plpgsql stable security definer set search_path from current as $$
    declare low bigint := 0; high bigint; middle bigint; found bigint;
    begin
      select n into high from stream_entry where stream = asked order by n desc limit 1;
      high := coalesce(high, 0);
      while low < high loop
        middle := (low + high + 1) / 2;
        select index into found from stream_entry where stream = asked and n = middle;
        if found <= at then low := middle; else high := middle - 1; end if;
      end loop;
      return low;
    end $$`,
  // An entry about no creditor is nobody's secret from a supervisor; one about a creditor needs a mandate over it.
  `create function uncovered_entries(asked text, creditors text[]) returns bigint language sql stable security definer set search_path from current as $$
    select count(*) from stream_entry join entry on entry.index = stream_entry.index
    where stream_entry.stream = asked and position(convert_to('"creditor:', 'UTF8') in entry.links) > 0
      and not exists (select 1 from unnest(creditors) covered(id) where links_name(entry.links, 'creditor:' || covered.id)) $$`,
];

/**
 * An export is a row from the moment it is asked for; the row is the job. `creditor_ids`: whose entries the mandates of the
 * one who asked cover; the file holds nothing else.
 */
const EXPORT = `create table export (
  id text collate "C" primary key,
  org text not null,
  sub text not null,
  mandate_id text not null,
  creditor_ids text[] not null,
  stream text collate "C" not null,
  recorded_from timestamptz,
  recorded_until timestamptz,
  state text not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'READY', 'FAILED')),
  entries_done bigint not null default 0,
  entries_total bigint,
  tree_size bigint,
  bytes bigint,
  sha256 text,
  requested_at timestamptz not null,
  finished_at timestamptz
)`;

const EXPORT_SCOPE = {
  table: 'export',
  REGULATOR: `org = ${ORG} and not exists (select 1 from unnest(creditor_ids) c(id) where not ${mandateScope('c.id')})`,
};

const EVERYBODY = { INTERNAL: 'true', PARTNER: 'true', REGULATOR: 'true', BORROWER: 'true' };

const POLICIES = [
  ...rowScopePolicies('audit', { table: 'entry', INTERNAL: OF_STAFF, REGULATOR: OF_MANDATE, BORROWER: OF_SELF }),
  ...rowScopePolicies('audit', { table: 'stream_entry', INTERNAL: OF_ENTRY, REGULATOR: OF_ENTRY, BORROWER: OF_ENTRY }),
  ...rowScopePolicies('audit', { table: 'tile', ...EVERYBODY }),
  ...rowScopePolicies('audit', { table: 'checkpoint', ...EVERYBODY }),
  ...rowScopePolicies('audit', EXPORT_SCOPE),
];

const GRANTS = [
  'grant select on entry, stream_entry, tile, checkpoint to cession_audit_request',
  'grant select, insert on export to cession_audit_request',
  'grant select, update on export to cession_audit_worker',
];

export class LedgerViews implements MigrationInterface {
  readonly name = 'LedgerViews1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...FUNCTIONS, EXPORT, 'create index export_open on export (requested_at) where state in (\'QUEUED\', \'RUNNING\')', ...POLICIES, ...GRANTS]) {
      await runner.query(statement);
    }
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
