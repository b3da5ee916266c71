/**
 * Where the tree of stream heads is kept between two heads entries: its pages, and which heads entry they belong to. All of it
 * follows from the entries and can be made again by emptying these tables; what counts is the root in the entry.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A row is planned before its entry is appended: it holds only while the entry at `index` has the key `event_id`. A crash
 * between the two leaves a row that nothing refers to, and pages of its version, which the next keeper removes.
 */
const HEADS = `create table heads (
  version bigint primary key,
  index bigint not null,
  root bytea not null check (length(root) = 32),
  streams bigint not null,
  event_id text collate "C" not null
)`;

/**
 * `path`: the hex digits shared by all keys below. A page is kept as of two versions, so that what the last checkpoint covers can
 * be proven while the next heads are on their way. Both in one row: an update costs half of an insert and a delete.
 */
const PAGES = `create table heads_page (
  path text collate "C" primary key,
  version bigint not null,
  bytes bytea not null,
  older_version bigint,
  older_bytes bytea
) with (fillfactor = 50)`;

/** Whose turn it is to write pages: the epoch of the writer. A keeper of an earlier epoch finds no row and gives up. */
const TURN = ['create table heads_turn (singleton boolean primary key default true check (singleton), epoch bigint not null)', 'insert into heads_turn (epoch) values (0)'];

const GRANTS = ['grant select, insert, update, delete on heads, heads_page to cession_audit_worker', 'grant select, update on heads_turn to cession_audit_worker'];

export class StreamHeadsTables implements MigrationInterface {
  readonly name = 'StreamHeadsTables1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    // Random digests do not compress: trying costs more time than the insert.
    for (const statement of [HEADS, PAGES, 'alter table heads_page alter bytes set storage external, alter older_bytes set storage external', ...TURN, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
