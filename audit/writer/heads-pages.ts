/**
 * Writes pages of the tree of stream heads in transactions of their own, outside the append. Fenced like the writer: a keeper
 * whose epoch has passed writes nothing.
 */
import type { Pool } from 'pg';
import { workerTransaction } from '../../kernel/worker-transaction';
import type { HeadsPage } from '../log/heads-tree';
import { lastHeads, type CommittedHeads } from '../reader/stored-heads';
import { literal } from './array-literal';
import { Fenced } from './recovery';

const TAKE_TURN = 'update heads_turn set epoch = $1 where epoch <= $1';
/** What was not finished gives way to what it would have replaced. */
const VOID = [
  'delete from heads where version > $1',
  'delete from heads_page where version > $1 and older_version is null',
  'update heads_page set version = older_version, bytes = older_bytes, older_version = null, older_bytes = null where version > $1',
];
/**
 * One statement, one round trip, because the writer may stand still meanwhile. The page that is replaced stays beside the new one:
 * until the version's entry is signed, proofs are made from it. Nothing is written when another keeper has the turn.
 */
const WRITE = `with turn as (
    select 1 from heads_turn where epoch = $1 for share
  ), pages as (
    insert into heads_page (path, version, bytes)
    select row.path, $2::bigint, substr($3::bytea, row.start, row.bytes) from turn, unnest($4::text[], $5::int[], $6::int[]) row(path, start, bytes)
    on conflict (path) do update set version = excluded.version, bytes = excluded.bytes,
      older_version = case when heads_page.version < excluded.version then heads_page.version else heads_page.older_version end,
      older_bytes = case when heads_page.version < excluded.version then heads_page.bytes else heads_page.older_bytes end
  ), planned as (
    insert into heads (version, index, root, streams, event_id) select $2::bigint, $7::bigint, $8::bytea, $9::bigint, $10::text from turn where $7::bigint is not null
    on conflict (version) do update set index = excluded.index, root = excluded.root, streams = excluded.streams, event_id = excluded.event_id
  )
  select 1 from turn`;

/** Makes this epoch's keeper the only one, removes what an earlier one did not finish, and tells where the log stands. */
export async function takeTurn(pool: Pool, epoch: number): Promise<CommittedHeads> {
  return workerTransaction(pool, async (client) => {
    if ((await client.query(TAKE_TURN, [epoch])).rowCount !== 1) throw new Fenced();
    const committed = await lastHeads(client);
    for (const sql of VOID) await client.query(sql, [committed.version]);
    return committed;
  });
}

/** A heads entry that is about to be appended. */
export interface PlannedHeads {
  readonly index: number;
  readonly root: Buffer;
  readonly streams: number;
  readonly eventId: string;
}

/** The pages of a version that changed, and, with the last of them, the entry they belong to. */
export async function writePages(pool: Pool, turn: { readonly epoch: number; readonly version: number }, pages: readonly (readonly [path: string, page: HeadsPage])[], planned: PlannedHeads | null): Promise<void> {
  const starts: number[] = [];
  let next = 1;
  for (const [, page] of pages) {
    starts.push(next);
    next += page.length;
  }
  const values = [
    turn.epoch,
    turn.version,
    Buffer.concat(pages.map(([, page]) => page)),
    // The root's path is empty, for which an array literal needs quotes; the driver's own arrays have them.
    pages.map(([path]) => path),
    literal(starts),
    literal(pages.map(([, page]) => page.length)),
    planned?.index ?? null,
    planned?.root ?? null,
    planned?.streams ?? null,
    planned?.eventId ?? null,
  ];
  const { rowCount } = await pool.query({ name: 'write_heads', text: WRITE, values });
  if (rowCount !== 1) throw new Fenced();
}
