/**
 * What the writer knows of the log beyond its head: the tree, the next number of each source, the heads of streams. It runs
 * ahead of the database while a batch commits, so after any failed statement it MUST be thrown away and loaded again.
 */
import type { Pool } from 'pg';
import { ROOMS } from '../../schema/vocabulary';
import { levelWidth, TILE_WIDTH } from '../log/tiles';
import { frontierOf, GrowingTree } from './growing-tree';
import type { Head } from './head';
import { sourceOf } from './intake';
import { StreamHeads } from './stream-heads';

/** The database contradicts itself. Nobody may append before a person has looked. */
export class BrokenInvariant extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'BrokenInvariant';
  }
}

export interface LedgerState {
  size: number;
  leafHash: Buffer;
  recordedAtMs: number;
  readonly tree: GrowingTree;
  /** The number the next entry of a source takes; 1 for a source not named here. */
  readonly nextSeq: Map<string, number>;
  readonly streams: StreamHeads;
}

const LEAVES = 'select leaf_hash as hash from entry where index >= $1 and index < $2 order by index';
const TILE_ROOTS = 'select root as hash from tile where n >= $1 and n < $2 and level = $3 order by n';
/** One index probe per source: grouping would read the whole log. */
const LAST_SEQ_OF_SOURCES = `select named.source, last.source_seq from unnest($1::text[]) named(source)
  cross join lateral (select source_seq from entry where entry.source = named.source order by source_seq desc limit 1) last`;
const SOURCES = ROOMS.flatMap((room) => [sourceOf(room, 'outbox'), sourceOf(room, 'direct')]);

/** The hashes of the incomplete tile of each level, lowest first. */
export async function partialTiles(database: Pool, size: number): Promise<Buffer[][]> {
  const partial: Buffer[][] = [];
  for (let level = 0; levelWidth(level, size) > 0; level += 1) {
    const count = levelWidth(level, size);
    const first = count - (count % TILE_WIDTH);
    const { rows } = await database.query<{ hash: Buffer }>(level === 0 ? LEAVES : TILE_ROOTS, level === 0 ? [first, count] : [first, count, level - 1]);
    if (rows.length !== count - first) throw new BrokenInvariant(`the tree has ${rows.length} hashes in the last tile of level ${level}, not ${count - first}`);
    partial.push(rows.map((row) => row.hash));
  }
  return partial;
}

/** Rebuilds the state as of `head` and refuses when entries, tiles and head row do not agree. */
export async function loadState(database: Pool, head: Head): Promise<LedgerState> {
  const partial = await partialTiles(database, head.size);
  if (!frontierOf(head.size, partial).equals(head.frontier)) throw new BrokenInvariant(`the tiles do not add up to the frontier of size ${head.size}`);
  const last = await database.query<{ leaf_hash: Buffer }>('select leaf_hash from entry where index = $1', [head.size - 1]);
  if (!last.rows[0]?.leaf_hash.equals(head.leafHash)) throw new BrokenInvariant(`the last entry is not the one the head of size ${head.size} names`);
  const sources = await database.query<{ source: string; source_seq: string | number }>(LAST_SEQ_OF_SOURCES, [SOURCES]);
  return {
    size: head.size,
    leafHash: head.leafHash,
    recordedAtMs: head.recordedAtMs,
    tree: GrowingTree.restore(head.size, head.frontier, partial),
    nextSeq: new Map(sources.rows.map(({ source, source_seq }) => [source, Number(source_seq) + 1])),
    streams: new StreamHeads(),
  };
}
