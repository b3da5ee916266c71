/**
 * The tables of legal holds and erasures. What was sealed becomes nullable, because an erasure takes it away; nothing else of a
 * registration can be changed. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grantScope, mandateScope, rowScopePolicies, selfScope, staffScope } from '../../../kernel/row-scope';
import { ERASURE_BASES } from '../erasure';
import { HOLD_BASES } from '../legal-hold';

const listed = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

const TABLES = [
  `alter table borrower alter column name drop not null, add column erased_at timestamptz`,
  // Walked whenever the room begins to follow.
  `create index borrower_erased on borrower (id) where erased_at is not null`,
  `alter table contact_point alter column value drop not null`,
  `create table legal_hold (
    id text collate "C" primary key,
    borrower_id text not null,
    creditor_id text not null,
    basis text not null check (basis in (${listed(HOLD_BASES)})),
    placed_at timestamptz not null,
    lifted_at timestamptz
  )`,
  `create index legal_hold_borrower on legal_hold (borrower_id)`,
  `create table erasure (
    borrower_id text collate "C" primary key,
    creditor_id text not null,
    basis text not null check (basis in (${listed(ERASURE_BASES)})),
    backup_retention_days int not null,
    ordered_at timestamptz not null,
    erased_at timestamptz,
    ledger_index bigint
  )`,
];

const POLICIES = [
  ...rowScopePolicies('borrowers', { table: 'legal_hold', INTERNAL: staffScope('creditor_id'), REGULATOR: mandateScope('creditor_id') }),
  ...rowScopePolicies('borrowers', {
    table: 'erasure',
    INTERNAL: staffScope('creditor_id'),
    PARTNER: grantScope('borrower_id', 'borrower_id'),
    REGULATOR: mandateScope('creditor_id'),
    BORROWER: selfScope('borrower_id'),
  }),
];

const GRANTS = [
  `grant select, insert on legal_hold, erasure to cession_borrowers_request`,
  `grant update (lifted_at) on legal_hold to cession_borrowers_request`,
  `grant select, insert, update on legal_hold, erasure to cession_borrowers_worker`,
  `grant delete on person to cession_borrowers_worker`,
];

export class CreateErasures1763700002000 implements MigrationInterface {
  readonly name = 'CreateErasures1763700002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...POLICIES, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
