/**
 * Writes pages of the tree of stream heads, each batch in one transaction of its own, outside the append. Fenced like the
 * writer: a keeper whose epoch has passed writes nothing.
 */
import type { Pool } from 'pg';
import { workerTransaction } from '../../kernel/worker-transaction';
import type { HeadsPage } from '../log/heads-tree';
import { lastHeads, type CommittedHeads } from '../reader/stored-heads';
import { literal } from './array-literal';
import { Fenced } from './recovery';

const TAKE_TURN = 'update heads_turn set epoch = $1 where epoch <= $1';
const KEEP_TURN = 'select 1 from heads_turn where epoch = $1 for share';
const VOID = ['delete from heads where version > $1', 'delete from heads_page where version > $1'];
const WRITE = `insert into heads_page (path, version, bytes)
  select row.path, $1, substr($2::bytea, row.start, row.bytes) from unnest($3::text[], $4::int[], $5::int[]) row(path, start, bytes)
  on conflict (path, version) do update set bytes = excluded.bytes`;
/** The newest page below the version stays: until the version's entry is signed, proofs are made from that one. */
const DROP_OLDER = `delete from heads_page old using unnest($2::text[]) touched(path) where old.path = touched.path
  and old.version < (select max(kept.version) from heads_page kept where kept.path = touched.path and kept.version < $1)`;
const PLAN = `insert into heads (version, index, root, streams, event_id) values ($1, $2, $3, $4, $5)
  on conflict (version) do update set index = excluded.index, root = excluded.root, streams = excluded.streams, event_id = excluded.event_id`;

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
  const { epoch, version } = turn;
  await workerTransaction(pool, async (client) => {
    if ((await client.query(KEEP_TURN, [epoch])).rowCount !== 1) throw new Fenced();
    if (pages.length > 0) {
      const paths = pages.map(([path]) => path);
      const starts: number[] = [];
      let next = 1;
      for (const [, page] of pages) {
        starts.push(next);
        next += page.length;
      }
      // An array literal has no word for the empty path but quotes; the driver's own arrays have.
      await client.query({ name: 'write_heads_pages', text: WRITE, values: [version, Buffer.concat(pages.map(([, page]) => page)), paths, literal(starts), literal(pages.map(([, page]) => page.length))] });
      await client.query({ name: 'drop_heads_pages', text: DROP_OLDER, values: [version, paths] });
    }
    if (planned !== null) await client.query(PLAN, [version, planned.index, planned.root, planned.streams, planned.eventId]);
  });
}
