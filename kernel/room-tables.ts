/**
 * The tables every room has beside its own: outbox, follower position, standing, client keys, refusal counts.
 * One migration, run first in each room's dbSchema; forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { RoomName } from '../schema/vocabulary';

/** Never-erased fields only: a rebuild from entry 0 gives the same rows (DESIGN §5). */
const STANDING = [
  `create table standing_right (
    id text primary key,
    kind text not null check (kind in ('AUTHORITY', 'GRANT', 'MANDATE', 'AGREEMENT')),
    holder text not null,
    creditor_id text not null,
    agency_id text,
    engagement_id text,
    debt_id text,
    borrower_id text,
    purposes text[] not null,
    categories text[] not null,
    scopes text[] not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null,
    stream_n bigint not null,
    opened_at_index bigint not null,
    closed_at_index bigint
  )`,
  `create index standing_right_holder on standing_right (holder, kind, creditor_id)`,
  `create index standing_right_debt on standing_right (debt_id, holder) where kind = 'GRANT'`,
  `create index standing_right_borrower on standing_right (borrower_id, holder) where kind = 'GRANT'`,
  `create table standing_engagement (
    id text primary key,
    creditor_id text not null,
    agency_id text not null,
    state text not null,
    attested_until timestamptz,
    stream_n bigint not null
  )`,
  `create index standing_engagement_parties on standing_engagement (creditor_id, agency_id)`,
  `create table standing_person (
    borrower_id text primary key,
    person_id text not null,
    creditor_id text not null
  )`,
  `create index standing_person_person on standing_person (person_id)`,
];

const FOLLOWER = [
  `create table follower (
    singleton boolean primary key default true check (singleton),
    next_index bigint not null,
    leaf_hash bytea not null,
    frontier bytea not null,
    vkey text,
    confirmed_at timestamptz not null
  )`,
  `insert into follower (next_index, leaf_hash, frontier, confirmed_at) values (0, decode(repeat('00', 32), 'hex'), '', 'epoch')`,
];

/**
 * xid orders rows by commit safety: a row is sent only when every transaction that could still commit before it has
 * ended, so "id greater than the last seen" can never skip one (ledger.md, outbox ordering trap).
 *
 * A record is written once and its delivery beside it: marking the row itself copied its event and all its index entries
 * for every mark, which cost an import more than the record. Hence also no index on event_id: the ledger refuses a second one.
 */
const OUTBOX = [
  `create table outbox (
    id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    record_id text not null unique,
    event_id text not null,
    event bytea not null,
    streams text not null,
    expect text not null default '[]',
    disclosures text not null,
    reconsider text,
    recorded_at timestamptz not null default now()
  )`,
  // Digests and base64 do not compress; trying to, and moving them out of line, cost more than storing them.
  `alter table outbox alter column disclosures set storage external`,
  `alter table outbox set (toast_tuple_target = 8160)`,
  `create index outbox_in_order on outbox (xid, id)`,
  `create table delivery (outbox_id bigint primary key, seq bigint not null unique, ledger_index bigint not null)`,
  // Everything up to and with this record is delivered: the number of the next one follows from it.
  `create table relay (
    singleton boolean primary key default true check (singleton),
    last_seq bigint not null default 0,
    last_xid xid8 not null default '0',
    last_id bigint not null default 0
  )`,
  `insert into relay default values`,
];

const COMMANDS = [
  `create table client_key (
    org text not null,
    sub text not null,
    command text not null,
    key text not null,
    input_hash text not null,
    answer text not null,
    record_ids text[] not null,
    answered_at timestamptz not null default now(),
    primary key (org, sub, command, key)
  )`,
  `create table refusal (
    org text not null,
    sub text not null,
    subject text not null,
    since timestamptz not null,
    repeats int not null,
    draft text not null,
    primary key (org, sub, subject)
  )`,
];

function grants(room: RoomName): string[] {
  const request = `cession_${room}_request`;
  const worker = `cession_${room}_worker`;
  return [
    `grant select on standing_right, standing_engagement, standing_person, follower to ${request}`,
    `grant select, insert on outbox to ${request}`,
    `grant select, insert on client_key to ${request}`,
    `grant select, insert, update, delete on refusal to ${request}`,
    `grant select, insert, update, delete, truncate on standing_right, standing_engagement, standing_person to ${worker}`,
    `grant select, insert, update, delete on outbox, delivery, relay, follower, client_key, refusal to ${worker}`,
  ];
}

/** The first migration of a room. TypeORM orders migrations by the 13 digits that end the name. */
export function roomTables(room: RoomName): new () => MigrationInterface {
  return class RoomTables implements MigrationInterface {
    readonly name = 'RoomTables1763700000000';

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of [...STANDING, ...FOLLOWER, ...OUTBOX, ...COMMANDS, ...grants(room)]) await runner.query(statement);
    }

    /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
    async down(): Promise<void> {
      throw new Error('migrations go forward only');
    }
  };
}
