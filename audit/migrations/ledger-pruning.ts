/** From which entry on the log is served. One row, moved by the room's follower alone; everybody may know it. Forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rowScopePolicies } from '../../kernel/row-scope';

const STATEMENTS = [
  'create table pruned (singleton boolean primary key default true check (singleton), minimum_index bigint not null default 0)',
  'insert into pruned default values',
  ...rowScopePolicies('audit', { table: 'pruned', INTERNAL: 'true', PARTNER: 'true', REGULATOR: 'true', BORROWER: 'true' }),
  'grant select on pruned to cession_audit_request',
  'grant select, update on pruned to cession_audit_worker',
];

export class LedgerPruning implements MigrationInterface {
  readonly name = 'LedgerPruning1763700000090';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
