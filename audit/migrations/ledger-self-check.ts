/**
 * Where the hub's own check of the ledger stands, and what it found last. Not evidence: whoever can change entries can change
 * this row, too; what counts is that the next pass derives everything again.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `mark`: where an unfinished pass goes on. `difference`: the first one of the last pass that ended by finding one. */
const SELF_CHECK = [
  `create table self_check (
    singleton boolean primary key default true check (singleton),
    mark text,
    verified_index bigint not null default -1,
    begun_at timestamptz,
    clean_at timestamptz,
    difference text,
    failures bigint not null default 0
  )`,
  'insert into self_check default values',
];

export class LedgerSelfCheck implements MigrationInterface {
  readonly name = 'LedgerSelfCheck1763700000030';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...SELF_CHECK, 'grant select, update on self_check to cession_audit_worker']) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
