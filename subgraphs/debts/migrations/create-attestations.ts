/** When an agency is to attest return or destruction, what it attested, and the keys it may sign with. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { agencyKeyTable } from '../../../kernel/agency-keys/standing';
import { followAgain } from '../../../kernel/follower/follow-again';
import { mandateScope, ownAgencyScope, rowScopePolicies, selfScope, staffScope } from '../../../kernel/row-scope';
import { ATTESTATION_DAYS } from '../rule-pack';

/** A placement whose access ended before there was a bound gets it from when its state last changed. */
const DUE = [
  'alter table placement add column attest_by timestamptz',
  `update placement set attest_by = changed_at + interval '${ATTESTATION_DAYS.value} days' where state in ('RECALLED', 'CLOSED') and grant_id is not null`,
];

const TABLE = [
  `create table attestation (
    placement_id text not null references placement (id),
    number int not null check (number > 0),
    creditor_id text not null,
    borrower_id text not null,
    agency_id text not null,
    method text not null check (method in ('RETURNED', 'DESTROYED', 'RETAINED_BY_LAW')),
    basis text,
    retained_until date,
    evidence_hash text check (evidence_hash ~ '^[0-9a-f]{64}$'),
    thumbprint text,
    signature text,
    attested_at timestamptz not null,
    primary key (placement_id, number),
    check ((method = 'RETAINED_BY_LAW') = (basis is not null) and (basis is null) = (retained_until is null)),
    check ((thumbprint is null) = (signature is null))
  )`,
];

const SCOPE = {
  table: 'attestation',
  INTERNAL: staffScope('creditor_id'),
  PARTNER: ownAgencyScope('agency_id'),
  REGULATOR: mandateScope('creditor_id'),
  BORROWER: selfScope('borrower_id'),
};

const GRANTS = ['grant select, insert on attestation to cession_debts_request', 'grant select on attestation to cession_debts_worker'];

export class CreateAttestations1763700004000 implements MigrationInterface {
  readonly name = 'CreateAttestations1763700004000';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [...DUE, ...TABLE, ...rowScopePolicies('debts', SCOPE), ...GRANTS, ...agencyKeyTable('debts'), ...followAgain('standing_agreement')];
    for (const statement of statements) await runner.query(statement);
  }

  /** Forward only: a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
