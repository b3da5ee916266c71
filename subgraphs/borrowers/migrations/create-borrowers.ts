/**
 * The first tables of the borrowers room: Borrower, ContactPoint, Person, and the staging of an import. Personal values are
 * bytes sealed under the borrower's key; no column of this room can hold one in clear. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grantScope, mandateScope, rowScopePolicies, selfScope, staffScope } from '../../../kernel/row-scope';
import { CONTACT_KINDS, CONTACT_SOURCES, CONTACT_STATUSES } from '../contact-point';

const listed = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

const TABLES = [
  `create table borrower (
    id text collate "C" primary key,
    creditor_id text not null,
    name bytea not null,
    national_id bytea,
    national_id_index bytea,
    employer bytea,
    registered_at timestamptz not null
  )`,
  // A creditor's list is read in the order of ids, and only within one creditor.
  `create index borrower_creditor on borrower (creditor_id, id)`,
  `create unique index borrower_national_id on borrower (creditor_id, national_id_index)`,
  // No foreign key: both rows are written in one transaction and neither is ever deleted; checking it row by row took a third
  // of an import's time in this table.
  `create table contact_point (
    id text collate "C" primary key,
    borrower_id text not null,
    creditor_id text not null,
    kind text not null check (kind in (${listed(CONTACT_KINDS)})),
    value bytea not null,
    source text not null check (source in (${listed(CONTACT_SOURCES)})),
    status text not null check (status in (${listed(CONTACT_STATUSES)})),
    added_at timestamptz not null
  )`,
  `create index contact_point_borrower on contact_point (borrower_id)`,
];

/**
 * Which Borrowers are one Person crosses creditors, so no request may read it. Registration needs the id of the person it
 * is about, and gets exactly that from a function that runs as the owner.
 */
const PERSON = [
  `create table person (id text primary key, national_id_index bytea not null unique)`,
  `create function person_of(national_id_index bytea, fresh_id text) returns text language sql security definer set search_path from current as $$
    insert into person (id, national_id_index) values (fresh_id, $1) on conflict do nothing;
    select p.id from person p where p.national_id_index = $1
  $$`,
  `revoke all on function person_of from public`,
];

/** Rows wait here, sealed, until every line of the file was validated; `moved_through` moves with each chunk that has left. */
const STAGING = [
  `create table import_batch (
    id text primary key,
    creditor_id text not null,
    file_hash bytea not null,
    mapping_hash bytea not null,
    moved_through int not null default 0,
    closed_at timestamptz,
    unique (creditor_id, file_hash)
  )`,
  `create table staged_borrower (
    batch_id text not null,
    row_no int not null,
    borrower_id text not null,
    is_new boolean not null,
    person_index bytea,
    national_id_index bytea,
    name bytea,
    national_id bytea,
    employer bytea,
    contact_ids text[],
    contact_kinds text[],
    contact_sources text[],
    contact_values text[],
    primary key (batch_id, row_no)
  )`,
  `create index staged_borrower_national_id on staged_borrower (batch_id, national_id_index) where is_new`,
];

function workerOnly(table: string): string[] {
  return [`alter table ${table} enable row level security`, `create policy ${table}_worker on ${table} to cession_borrowers_worker using (true) with check (true)`];
}

const POLICIES = [
  ...rowScopePolicies('borrowers', {
    table: 'borrower',
    INTERNAL: staffScope('creditor_id'),
    PARTNER: grantScope('id', 'borrower_id'),
    REGULATOR: mandateScope('creditor_id'),
    BORROWER: selfScope('id'),
  }),
  ...rowScopePolicies('borrowers', {
    table: 'contact_point',
    INTERNAL: staffScope('creditor_id'),
    PARTNER: grantScope('borrower_id', 'borrower_id'),
    REGULATOR: mandateScope('creditor_id'),
    BORROWER: selfScope('borrower_id'),
  }),
  // Not staged_borrower: COPY is refused on a table with row-level security. No request has any privilege on it.
  ...['person', 'import_batch'].flatMap(workerOnly),
];

const GRANTS = [
  `grant select, insert on borrower, contact_point to cession_borrowers_request`,
  `grant execute on function person_of to cession_borrowers_request, cession_borrowers_worker`,
  `grant select, insert, update, delete on borrower, contact_point, import_batch, staged_borrower to cession_borrowers_worker`,
  `grant select, insert on person to cession_borrowers_worker`,
];

export class CreateBorrowers1763700001000 implements MigrationInterface {
  readonly name = 'CreateBorrowers1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...PERSON, ...STAGING, ...POLICIES, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
