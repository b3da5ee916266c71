/** The table of the keys agencies sign with, bound to its row scope. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPEN_RIGHT, ownAgencyScope, rowScopePolicies } from '../../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

const TABLE = [
  `create table agency_key (
    thumbprint text collate "C" primary key,
    agency_id text not null references agency,
    algorithm text not null check (algorithm in ('EdDSA', 'ES256')),
    spki text not null,
    registered_at timestamptz not null,
    valid_until timestamptz not null,
    revoked_at timestamptz,
    revocation_reason text,
    check ((revoked_at is null) = (revocation_reason is null))
  )`,
  'create index agency_key_order on agency_key (agency_id, registered_at, thumbprint)',
];

const ANY_STAFF = `exists (select 1 from standing_right r where r.kind = 'AUTHORITY' and r.holder = ${SUB} and r.creditor_id = ${ORG} and ${OPEN_RIGHT})`;

/** A key is public and hub-wide, like the agency it belongs to. */
const SCOPE = {
  table: 'agency_key',
  INTERNAL: ANY_STAFF,
  PARTNER: ownAgencyScope('agency_id'),
  REGULATOR: 'true',
};

const GRANTS = [
  'grant select, insert on agency_key to cession_agencies_request',
  'grant update (revoked_at, revocation_reason) on agency_key to cession_agencies_request',
  'grant select on agency_key to cession_agencies_worker',
];

export class CreateAgencyKeys1763700003000 implements MigrationInterface {
  readonly name = 'CreateAgencyKeys1763700003000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLE, ...rowScopePolicies('agencies', SCOPE), ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
