/** The tables of the creditors room, bound to their row scope from the first statement on. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mandateScope, OPEN_RIGHT, ownAgencyScope, rowScopePolicies, staffScope } from '../../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

/** Ids and codes sort by their bytes: cursors compare the same on every server, whatever its locale. */
const TABLES = [
  `create table creditor (
    id text collate "C" primary key,
    code text collate "C" not null unique,
    name text not null,
    jurisdiction text not null,
    registered_at timestamptz not null
  )`,
  `create table staff_authority (
    id text collate "C" primary key,
    creditor_id text not null references creditor,
    staff_sub text not null,
    purposes text[] not null,
    categories text[] not null,
    scopes text[] not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null check (valid_until > valid_from),
    granted_at timestamptz not null,
    revoked_at timestamptz,
    revocation_reason text,
    check ((revoked_at is null) = (revocation_reason is null))
  )`,
  `create index staff_authority_order on staff_authority (creditor_id, granted_at, id)`,
  `create table supervision_mandate (
    id text collate "C" primary key,
    creditor_id text not null references creditor,
    regulator_id text not null,
    purposes text[] not null,
    categories text[] not null,
    basis text not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null check (valid_until > valid_from),
    granted_at timestamptz not null,
    ended_at timestamptz,
    end_reason text,
    check ((ended_at is null) = (end_reason is null))
  )`,
  `create index supervision_mandate_order on supervision_mandate (creditor_id, granted_at, id)`,
  `create index supervision_mandate_regulator on supervision_mandate (regulator_id, granted_at, id)`,
  `create table entrustment_agreement (
    id text collate "C" primary key,
    creditor_id text not null references creditor,
    agency_id text not null,
    products text[] not null,
    regions text[] not null,
    days_past_due_min int not null check (days_past_due_min >= 0),
    days_past_due_max int check (days_past_due_max >= days_past_due_min),
    purposes text[] not null check (cardinality(purposes) > 0),
    categories text[] not null check (cardinality(categories) > 0),
    channels text[] not null check (cardinality(channels) > 0),
    fee_schedule jsonb not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null check (valid_until > valid_from),
    sub_delegation boolean not null,
    document_hash text not null,
    signed_at timestamptz not null,
    terminated_at timestamptz,
    termination_reason text,
    check ((terminated_at is null) = (termination_reason is null))
  )`,
  `create index entrustment_agreement_order on entrustment_agreement (creditor_id, signed_at, id)`,
  `create index entrustment_agreement_agency on entrustment_agreement (agency_id, signed_at, id)`,
];

/** Which agencies exist, from the ledger: an agreement with nobody would be a paper no gate ever refuses. */
const STANDING_AGENCY = [`create table standing_agency (id text primary key)`];

/** An agency sees whom it works for: an engagement that has not ended, or a grant that still stands. */
const PARTNER_OF_CREDITOR = `exists (select 1 from standing_engagement e where e.creditor_id = creditor.id and e.agency_id = ${ORG} and e.state <> 'ENDED')
  or exists (select 1 from standing_right r where r.kind = 'GRANT' and r.holder = ${ORG} and r.creditor_id = creditor.id and ${OPEN_RIGHT})`;

const BORROWER_OF_CREDITOR = `exists (select 1 from standing_person p where p.person_id = ${SUB} and p.creditor_id = creditor.id)`;

const SCOPES = [
  { table: 'creditor', INTERNAL: staffScope('id'), PARTNER: PARTNER_OF_CREDITOR, REGULATOR: mandateScope('id'), BORROWER: BORROWER_OF_CREDITOR },
  { table: 'staff_authority', INTERNAL: staffScope('creditor_id'), REGULATOR: mandateScope('creditor_id') },
  { table: 'supervision_mandate', INTERNAL: staffScope('creditor_id'), REGULATOR: `regulator_id = ${ORG}` },
  { table: 'entrustment_agreement', INTERNAL: staffScope('creditor_id'), PARTNER: ownAgencyScope('agency_id'), REGULATOR: mandateScope('creditor_id') },
  { table: 'standing_agency', INTERNAL: 'true' },
];

/** What was granted or signed is never updated: only its end may be written, and only once by the commands' rules. */
const GRANTS = [
  'grant select on creditor, standing_agency to cession_creditors_request',
  'grant select, insert on staff_authority, supervision_mandate, entrustment_agreement to cession_creditors_request',
  'grant update (revoked_at, revocation_reason) on staff_authority to cession_creditors_request',
  'grant update (ended_at, end_reason) on supervision_mandate to cession_creditors_request',
  'grant update (terminated_at, termination_reason) on entrustment_agreement to cession_creditors_request',
  'grant select, insert on creditor, staff_authority, supervision_mandate, entrustment_agreement to cession_creditors_worker',
  'grant select, insert, update, delete, truncate on standing_agency to cession_creditors_worker',
];

export class CreateCreditors1763700001000 implements MigrationInterface {
  readonly name = 'CreateCreditors1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    const policies = SCOPES.flatMap((scope) => rowScopePolicies('creditors', scope));
    for (const statement of [...TABLES, ...STANDING_AGENCY, ...policies, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
