/** Exports have an end: a state more, and an index by which the finished ones are found. Forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  'alter table export drop constraint export_state_check',
  `alter table export add constraint export_state_check check (state in ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED'))`,
  `create index export_ready on export (finished_at) where state = 'READY'`,
];

export class ExpiringExports1763700000220 implements MigrationInterface {
  readonly name = 'ExpiringExports1763700000220';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
