/**
 * What readers of the whole log need: who may read every entry, entries as they are bundled, and the cosignatures that
 * belong under a checkpoint. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPEN_RIGHT, rowScopePolicies } from '../../kernel/row-scope';

const AUDIENCE = `current_setting('cession.audience', true)`;
const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

/**
 * Every creditor the log names is one that the reader supervises, or the only one, whose staff he is. The names are found by
 * jumping from one stream to the next, so the answer costs a look-up per creditor however long the log is.
 */
const COVERS_LOG = `create function covers_log() returns boolean language sql stable security definer set search_path from current as $$
  with recursive named(stream) as (
    (select s.stream from stream_entry s where s.stream > 'creditor:' and s.stream < 'creditor;' order by s.stream limit 1)
    union all
    select (select s.stream from stream_entry s where s.stream > named.stream and s.stream < 'creditor;' order by s.stream limit 1)
    from named where named.stream is not null
  ), covered(creditor_id) as (
    select r.creditor_id from standing_right r where ${AUDIENCE} = 'REGULATOR' and r.kind = 'MANDATE' and r.holder = ${ORG} and ${OPEN_RIGHT}
    union
    select r.creditor_id from standing_right r where ${AUDIENCE} = 'INTERNAL' and r.kind = 'AUTHORITY' and r.holder = ${SUB} and r.creditor_id = ${ORG} and ${OPEN_RIGHT}
  )
  select exists (select 1 from covered)
    and not exists (select 1 from named where stream is not null and not exists (select 1 from covered where 'creditor:' || covered.creditor_id = named.stream)) $$`;

/** Row scope shows entries by creditor, and some entries are about none: who covers the log reads those, too. */
const BUNDLED_ENTRIES = `create function bundled_entries(first bigint, below bigint) returns table (bytes bytea)
  language sql stable security definer set search_path from current
  as $$ select bytes from entry where covers_log() and index >= first and index < below order by index limit 256 $$`;

const EVERYBODY = { INTERNAL: 'true', PARTNER: 'true', REGULATOR: 'true', BORROWER: 'true' };

export class LedgerReading implements MigrationInterface {
  readonly name = 'LedgerReading1763700000040';

  async up(runner: QueryRunner): Promise<void> {
    const cosignatures = [...rowScopePolicies('audit', { table: 'cosignature', ...EVERYBODY }), 'grant select on cosignature to cession_audit_request'];
    for (const statement of [COVERS_LOG, BUNDLED_ENTRIES, ...cosignatures]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
