/**
 * Where the hub's own check keeps the tree of stream heads that it derives again, so that no memory has to. Unlogged: it is made anew
 * by each pass, and a pass that finds it emptied by a crash begins again.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  'create unlogged table self_check_page (path text collate "C" primary key, bytes bytea not null) with (fillfactor = 50)',
  // Random digests do not compress: trying costs more time than the insert.
  'alter table self_check_page alter bytes set storage external',
  'grant select, insert, update, truncate on self_check_page to cession_audit_worker',
];

export class SelfCheckPages implements MigrationInterface {
  readonly name = 'SelfCheckPages1763700000210';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
