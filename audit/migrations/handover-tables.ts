/**
 * What was handed to agencies and what they answered, as this room has followed it in the ledger: shares, receipts that
 * match none, duties to attest, refusals. All but the receipts given here can be made again from the entries.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { agencyKeyTable } from '../../kernel/agency-keys/standing';
import { followAgain } from '../../kernel/follower/follow-again';
import { OPEN_RIGHT, ownAgencyScope, rowScopePolicies, staffScope } from '../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;

/** A share is a disclosure to an agency; one fetch may show it debtors of several creditors. `payload_hash`: the leaf hash, in hex. */
const SHARE = [
  `create table standing_share (
    index bigint primary key,
    agency_id text not null,
    creditor_ids text[] not null,
    borrower_ids text[] not null,
    room text not null,
    payload_hash text not null,
    released_at timestamptz not null,
    purpose text not null,
    categories text[] not null,
    subjects int not null,
    receipt_index bigint
  )`,
  'create index standing_share_open on standing_share (agency_id, index) where receipt_index is null',
  'create index standing_share_unanswered on standing_share (index) where receipt_index is null',
];

const UNMATCHED = `create table standing_unmatched_receipt (
  index bigint primary key,
  agency_id text not null,
  creditor_ids text[] not null,
  fault text not null check (fault in ('NO_SHARE', 'OTHER_PAYLOAD', 'REPEATED', 'KEY_ENDED')),
  share_index bigint not null,
  payload_hash text not null,
  received_at timestamptz not null
)`;

/** `attest_by` is null for access that ended before there was a bound. `fulfilled_until`: null while open, infinity for good, else the last day kept by law. */
const DUTY = [
  `create table standing_attestation_duty (
    placement_id text collate "C" primary key,
    agency_id text not null,
    creditor_ids text[] not null,
    due_index bigint not null,
    attest_by timestamptz,
    attested_index bigint,
    fulfilled_until date
  )`,
  'create index standing_attestation_duty_open on standing_attestation_duty (due_index)',
];

const REFUSAL = `create table standing_refusal (
  index bigint primary key,
  agency_id text,
  creditor_ids text[] not null,
  room text not null,
  command text,
  rule_id text not null,
  count int not null,
  since timestamptz not null
)`;

/** One per share, whoever acknowledges at the same moment; the row and the record of the entry commit together. */
const RECEIPT = `create table handover_receipt (
  share_index bigint primary key,
  agency_id text not null,
  thumbprint text,
  signature text,
  received_at timestamptz not null,
  check ((thumbprint is null) = (signature is null))
)`;

const FOLLOWED = ['standing_share', 'standing_unmatched_receipt', 'standing_attestation_duty', 'standing_refusal'] as const;

function followedScope(table: string) {
  return {
    table,
    INTERNAL: `${ORG} = any(${table}.creditor_ids) and ${staffScope(ORG)}`,
    PARTNER: ownAgencyScope('agency_id'),
    REGULATOR: `exists (select 1 from standing_right r where r.kind = 'MANDATE' and r.holder = ${ORG} and ${OPEN_RIGHT} and r.creditor_id = any(${table}.creditor_ids))`,
  };
}

const POLICIES = [...FOLLOWED.map(followedScope), { table: 'handover_receipt', PARTNER: ownAgencyScope('agency_id') }].flatMap((scope) => rowScopePolicies('audit', scope));

const GRANTS = [
  `grant select on ${FOLLOWED.join(', ')} to cession_audit_request`,
  `grant select, insert, update, delete, truncate on ${FOLLOWED.join(', ')} to cession_audit_worker`,
  'grant select, insert on handover_receipt to cession_audit_request',
  'grant select on handover_receipt to cession_audit_worker',
];

export class HandoverTables implements MigrationInterface {
  readonly name = 'HandoverTables1763700000060';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...SHARE, UNMATCHED, ...DUTY, REFUSAL, RECEIPT, ...POLICIES, ...GRANTS, ...agencyKeyTable('audit'), ...followAgain()]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
