/**
 * The tables of the ledger: entries with their bytes, streams, tiles, checkpoints and the one head row. Forward only.
 * Nothing here is ever updated except the head; triggers and missing rights deter, the tree proves.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `frontier`: the roots of the perfect subtrees of the size, largest first, 32 bytes each; a second source for what the
 * tiles say. `epoch` fences writers: taking it over makes every older writer's next append a no-op. `holder` names the
 * process that did, so that it can take over from itself after a lost answer.
 */
const HEAD = `create table head (
  singleton boolean primary key default true check (singleton),
  epoch bigint not null,
  holder text not null,
  size bigint not null check (size >= 0),
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  recorded_at_ms bigint not null,
  frontier bytea not null check (length(frontier) % 32 = 0)
)`;

/**
 * bytea, not text or jsonb: what is hashed is stored as it was hashed. `links` holds the link disclosures, decoded to their
 * JSON `[salt,stream,n,prev]`, one a line, in the order of the streams; row scope looks for a stream's name in it. Names are
 * compared by bytes, whatever the database's collation is.
 */
const ENTRY = [
  `create table entry (
    index bigint primary key,
    bytes bytea not null check (length(bytes) <= 65535),
    leaf_hash bytea not null check (length(leaf_hash) = 32),
    idempotency_key text collate "C" not null,
    source text collate "C" not null,
    source_seq bigint not null,
    disclosures bytea not null,
    links bytea not null,
    constraint entry_idempotency_key unique (idempotency_key),
    constraint entry_source_seq unique (source, source_seq)
  ) with (toast_tuple_target = 8160)`,
  // Salted digests do not compress: trying costs more time than the insert.
  'alter table entry alter bytes set storage external, alter disclosures set storage external, alter links set storage external',
];

/** n is gapless from 1 within a stream; the hash of a stream's entry is that of the entry at `index`. */
const STREAM_ENTRY = `create table stream_entry (
  stream text collate "C" not null,
  n bigint not null check (n > 0),
  index bigint not null,
  primary key (stream, n)
)`;

/** Full tiles only (C2SP tlog-tiles: 256 hashes); `root` is the hash that stands for the tile one level up. */
const TILE = `create table tile (
  level int not null,
  n bigint not null,
  hashes bytea not null check (length(hashes) = 8192),
  root bytea not null check (length(root) = 32),
  primary key (level, n)
)`;

const CHECKPOINT = `create table checkpoint (
  size bigint primary key,
  note text not null,
  root bytea not null check (length(root) = 32),
  signed_at_ms bigint not null
)`;

const EVIDENCE = ['entry', 'stream_entry', 'tile', 'checkpoint'] as const;

const APPEND_ONLY = [
  `create function refuse_change() returns trigger language plpgsql as $$
   begin raise exception 'the ledger is append-only: % of % refused', tg_op, tg_table_name using errcode = 'restrict_violation'; end $$`,
  ...EVIDENCE.map((table) => `create trigger append_only before update or delete or truncate on ${table} for each statement execute function refuse_change()`),
];

const GRANTS = [
  `grant select, insert on ${EVIDENCE.join(', ')} to cession_audit_worker`,
  'grant select, insert, update on head to cession_audit_worker',
];

export class LedgerTables implements MigrationInterface {
  readonly name = 'LedgerTables1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [HEAD, ...ENTRY, STREAM_ENTRY, TILE, CHECKPOINT, ...APPEND_ONLY, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only: a ledger that can be migrated away is no evidence. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
