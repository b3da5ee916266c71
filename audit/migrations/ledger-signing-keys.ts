/**
 * Which entries changed the key of the log: an index, so that nobody has to read the whole log to know its key. What counts is
 * the entry, which both keys have signed.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Planned before its entry is appended: a row holds only when there is an entry with this key. */
const SIGNING_KEY = [
  `create table signing_key (
    event_id text collate "C" primary key,
    vkey text not null
  )`,
  'create trigger append_only before update or delete or truncate on signing_key for each statement execute function refuse_change()',
  'grant select, insert on signing_key to cession_audit_worker',
];

export class LedgerSigningKeys implements MigrationInterface {
  readonly name = 'LedgerSigningKeys1763700000200';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of SIGNING_KEY) await runner.query(statement);
  }

  /** Forward only: evidence is not migrated away. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
