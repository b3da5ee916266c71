/**
 * The tables an import of a portfolio works in: one batch per file of a creditor, and the rows staged but not yet moved.
 * Only the worker touches them; no request can see or change an import.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `create table import_batch (
    id text primary key,
    creditor_id text not null,
    file_hash text not null check (file_hash ~ '^[0-9a-f]{64}$'),
    state text not null check (state in ('OPEN', 'CLOSED')),
    staged_rows bigint not null default 0,
    staged_through bigint not null default 0,
    moved_rows bigint not null default 0,
    rejected_rows bigint not null default 0,
    opened_at timestamptz not null,
    closed_at timestamptz,
    unique (creditor_id, file_hash)
  )`,
  `create table debt_staging (
    batch_id text not null,
    row_no bigint not null,
    debt_id text not null,
    borrower_id text not null,
    reference text not null,
    product text not null,
    region text not null,
    currency text not null,
    principal_minor bigint not null,
    interest_minor bigint not null,
    penalty_interest_minor bigint not null,
    fee_minor bigint not null,
    cost_minor bigint not null,
    days_past_due int not null,
    as_of date not null,
    payment_ids text[] not null,
    payment_minors bigint[] not null,
    payment_days date[] not null,
    primary key (batch_id, row_no)
  )`,
  `create table import_rejection (
    batch_id text not null,
    row_no bigint not null,
    rule_id text not null,
    primary key (batch_id, row_no)
  )`,
  `grant select, insert on import_rejection to cession_debts_worker`,
  `grant select, insert, update on import_batch to cession_debts_worker`,
  `grant select, insert, delete on debt_staging to cession_debts_worker`,
];

export class CreateImport1763700002000 implements MigrationInterface {
  readonly name = 'CreateImport1763700002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only: a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
