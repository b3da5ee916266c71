/**
 * The tables of the debts room: debts, determinations, placements, payments, and what this room follows of agreements.
 * Every table is bound to its row scope; sort keys of lists are indexed under the collation "C" that cursors compare by.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grantScope, mandateScope, OPEN_RIGHT, ownAgencyScope, rowScopePolicies, selfScope, staffScope, type RowScope } from '../../../kernel/row-scope';

/** The balance stands in its parts only; its total is computed (components.ts). */
const COMPONENT_COLUMNS = ['principal', 'interest', 'penalty_interest', 'fee', 'cost'].map((part) => `${part}_minor bigint not null check (${part}_minor >= 0)`).join(', ');

const DEBTS = [
  `create table debt (
    id text primary key,
    creditor_id text not null,
    borrower_id text not null,
    reference text not null,
    product text not null,
    region text not null,
    currency text not null,
    ${COMPONENT_COLUMNS},
    days_past_due int not null check (days_past_due >= 0),
    as_of date not null,
    delinquent_since date not null,
    state text not null check (state in ('OPEN', 'PAID')),
    determination_id text,
    amount_as_of date,
    last_payment_on date,
    registered_at timestamptz not null,
    batch_id text,
    unique (creditor_id, reference)
  )`,
  `create index debt_of_creditor on debt (creditor_id, id collate "C")`,
  `create index debt_of_borrower on debt (borrower_id, id collate "C")`,
  `create index debt_in_order on debt (id collate "C")`,
  // An agency's list starts from its grants: without this, every page would sort all of them.
  `create index standing_right_granted on standing_right (holder, debt_id collate "C") where kind = 'GRANT' and closed_at_index is null`,
  // Runs as who asks: the row scope of `debt` still decides.
  `create view granted_debt with (security_invoker = true) as
    select d.*, r.holder, r.debt_id as granted_id from standing_right r join debt d on d.id = r.debt_id where r.kind = 'GRANT' and ${OPEN_RIGHT}`,
];

const DETERMINATIONS = [
  `create table amount_determination (
    id text primary key,
    debt_id text not null references debt (id),
    creditor_id text not null,
    borrower_id text not null,
    as_of date not null,
    method text not null,
    currency text not null,
    ${COMPONENT_COLUMNS},
    inputs_hash text not null check (inputs_hash ~ '^[0-9a-f]{64}$'),
    approver_sub text not null,
    supersedes text unique references amount_determination (id),
    determined_at timestamptz not null
  )`,
  `create index determination_of_debt on amount_determination (debt_id, determined_at, id collate "C")`,
];

const PLACEMENTS = [
  `create table placement (
    id text primary key,
    debt_id text not null references debt (id),
    creditor_id text not null,
    borrower_id text not null,
    agency_id text not null,
    agreement_id text not null,
    engagement_id text not null,
    amount_as_of date not null,
    purposes text[] not null,
    categories text[] not null,
    state text not null check (state in ('PROPOSED', 'ACCEPTED', 'REJECTED', 'ACTIVE', 'RECALL_REQUESTED', 'RECALLED', 'CLOSED', 'VOIDED')),
    reason text,
    proposed_at timestamptz not null,
    changed_at timestamptz not null,
    grant_id text unique,
    proposed_index bigint,
    grant_opened_index bigint,
    grant_closed_index bigint
  )`,
  // The last word against placing one debt with two agencies at once, whatever the commands saw.
  `create unique index placement_open on placement (debt_id) where state in ('PROPOSED', 'ACCEPTED', 'ACTIVE', 'RECALL_REQUESTED')`,
  `create index placement_of_debt on placement (debt_id, proposed_at, id collate "C")`,
  `create index placement_of_agency on placement (agency_id, proposed_at, id collate "C")`,
  `create table standing_agreement (
    id text primary key,
    products text[] not null,
    regions text[] not null,
    days_past_due_min int not null,
    days_past_due_max int
  )`,
];

/**
 * Without a foreign key to the debt: an import writes each debt and its history in one transaction, nothing here is ever
 * deleted, and checking the key again for every historic payment was a third of the time of moving them.
 */
const PAYMENTS = [
  `create table payment (
    id text primary key,
    debt_id text not null,
    creditor_id text not null,
    borrower_id text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    received_on date not null,
    source text not null check (source in ('CREDITOR', 'AGENCY', 'HISTORY')),
    payer text,
    designation text[] not null,
    ${COMPONENT_COLUMNS.replaceAll('not null', '')},
    reported_by_agency text,
    recorded_at timestamptz not null,
    check (source = 'HISTORY' or principal_minor + interest_minor + penalty_interest_minor + fee_minor + cost_minor = amount_minor)
  )`,
  `create index payment_of_debt on payment (debt_id, received_on, id collate "C")`,
];

const OF_DEBT = (table: string): RowScope => ({
  table,
  INTERNAL: staffScope(`${table}.creditor_id`),
  PARTNER: grantScope(`${table}.${table === 'debt' ? 'id' : 'debt_id'}`, 'debt_id'),
  REGULATOR: mandateScope(`${table}.creditor_id`),
  BORROWER: selfScope(`${table}.borrower_id`),
});

/** An agency sees a placement from the moment the ledger has it, never a proposal that may still be refused there. */
const PLACEMENT_SCOPE: RowScope = { ...OF_DEBT('placement'), PARTNER: `${ownAgencyScope('placement.agency_id')} and placement.proposed_index is not null` };

const SCOPES: readonly RowScope[] = [OF_DEBT('debt'), OF_DEBT('amount_determination'), OF_DEBT('payment'), PLACEMENT_SCOPE];

/** Nothing is ever deleted here; what a row may become is decided by its rules. */
const GRANTS = [
  'grant select, insert, update on debt, placement to cession_debts_request, cession_debts_worker',
  'grant select, insert on amount_determination, payment to cession_debts_request, cession_debts_worker',
  'grant select on standing_agreement, granted_debt to cession_debts_request',
  'grant select, insert, update, delete, truncate on standing_agreement to cession_debts_worker',
];

export class CreateDebts1763700001000 implements MigrationInterface {
  readonly name = 'CreateDebts1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    const policies = SCOPES.flatMap((scope) => rowScopePolicies('debts', scope));
    for (const statement of [...DEBTS, ...DETERMINATIONS, ...PLACEMENTS, ...PAYMENTS, ...policies, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only: a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
