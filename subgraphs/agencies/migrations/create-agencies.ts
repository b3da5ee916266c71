/** The tables of the agencies room, bound to their row scope from the first statement on. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mandateScope, OPEN_RIGHT, ownAgencyScope, rowScopePolicies, staffScope } from '../../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

/** Keys of lists sort by their bytes: cursors compare the same on every server, whatever its locale. */
const TABLES = [
  `create table agency (
    id text collate "C" primary key,
    name text collate "C" not null,
    jurisdiction text not null,
    registration_number text not null,
    registered_at timestamptz not null,
    unique (jurisdiction, registration_number)
  )`,
  `create index agency_order on agency (name, id)`,
  `create table licence (
    id text collate "C" primary key,
    agency_id text not null references agency,
    kind text not null,
    number text not null,
    valid_from date not null,
    valid_until date not null check (valid_until >= valid_from),
    recorded_at timestamptz not null,
    unique (agency_id, kind, number, valid_from)
  )`,
  `create index licence_order on licence (agency_id, recorded_at, id)`,
  `create table engagement (
    id text collate "C" primary key,
    creditor_id text not null,
    agency_id text not null references agency,
    state text not null check (state in ('PROPOSED', 'QUALIFIED', 'SUSPENDED', 'ENDED')),
    reason text,
    due_diligence_hash text,
    proposed_at timestamptz not null,
    state_since timestamptz not null,
    check ((state in ('SUSPENDED', 'ENDED')) = (reason is not null))
  )`,
  `create unique index engagement_open_once on engagement (creditor_id, agency_id) where state <> 'ENDED'`,
  `create index engagement_order on engagement (creditor_id, proposed_at, id)`,
  `create index engagement_agency on engagement (agency_id, proposed_at, id)`,
  `create table security_attestation (
    engagement_id text not null references engagement,
    number int not null check (number > 0),
    creditor_id text not null,
    agency_id text not null,
    standard text not null,
    valid_until timestamptz not null,
    evidence_hash text not null,
    attested_at timestamptz not null,
    primary key (engagement_id, number)
  )`,
];

/** The register is hub-wide for staff, but only for staff: a revoked authority closes it like everything else. */
const ANY_STAFF = `exists (select 1 from standing_right r where r.kind = 'AUTHORITY' and r.holder = ${SUB} and r.creditor_id = ${ORG} and ${OPEN_RIGHT})`;

function agencyOfOwnDebt(agencyColumn: string): string {
  return `exists (select 1 from standing_person p join standing_right r on r.borrower_id = p.borrower_id
    where p.person_id = ${SUB} and r.kind = 'GRANT' and r.holder = ${agencyColumn} and ${OPEN_RIGHT})`;
}

function reference(table: string, agencyColumn: string) {
  return { table, INTERNAL: ANY_STAFF, PARTNER: ownAgencyScope(agencyColumn), REGULATOR: 'true', BORROWER: agencyOfOwnDebt(`${table}.${agencyColumn}`) };
}

function ofOneBank(table: string) {
  return { table, INTERNAL: staffScope('creditor_id'), PARTNER: ownAgencyScope('agency_id'), REGULATOR: mandateScope('creditor_id') };
}

const SCOPES = [reference('agency', 'id'), reference('licence', 'agency_id'), ofOneBank('engagement'), ofOneBank('security_attestation')];

const GRANTS = [
  'grant select, insert on agency, licence, engagement, security_attestation to cession_agencies_request',
  'grant update (state, reason, due_diligence_hash, state_since) on engagement to cession_agencies_request',
  'grant select on agency, licence, engagement, security_attestation to cession_agencies_worker',
];

export class CreateAgencies1763700001000 implements MigrationInterface {
  readonly name = 'CreateAgencies1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    const policies = SCOPES.flatMap((scope) => rowScopePolicies('agencies', scope));
    for (const statement of [...TABLES, ...policies, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
