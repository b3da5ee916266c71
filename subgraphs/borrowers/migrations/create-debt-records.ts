/**
 * What the room knows of debts from the ledger, for the periods of retention, and a ground of erasure more. The room follows the ledger
 * again, since what it now keeps may lie behind it. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { followAgain } from '../../../kernel/follower/follow-again';
import { rowScopePolicies, staffScope } from '../../../kernel/row-scope';
import { ERASURE_BASES } from '../erasure';

const TABLES = [
  `create table standing_debt (
    debt_id text collate "C" not null,
    borrower_id text collate "C" not null,
    creditor_id text not null,
    settled boolean not null,
    recorded_at timestamptz not null,
    shared_at timestamptz,
    primary key (borrower_id, debt_id)
  )`,
  'create table standing_creditor (creditor_id text primary key, jurisdiction text not null)',
  'alter table erasure drop constraint erasure_basis_check',
  `alter table erasure add constraint erasure_basis_check check (basis in (${ERASURE_BASES.map((word) => `'${word}'`).join(', ')}))`,
];

const POLICIES = ['standing_debt', 'standing_creditor'].flatMap((table) => rowScopePolicies('borrowers', { table, INTERNAL: staffScope('creditor_id') }));

const GRANTS = [
  'grant select on standing_debt, standing_creditor to cession_borrowers_request',
  'grant select, insert, update, delete, truncate on standing_debt, standing_creditor to cession_borrowers_worker',
];

export class CreateDebtRecords1763700004000 implements MigrationInterface {
  readonly name = 'CreateDebtRecords1763700004000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...POLICIES, ...GRANTS, ...followAgain()]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
