/**
 * Hashes of complete subtrees from stored tiles and, at the right edge, from stored leaves: what proofs are made of. Reads
 * each tile once per proof; trusts the rows, which the self-check re-derives.
 */
import type { Transaction } from '../../kernel/transaction';
import { TILE_HEIGHT, TILE_WIDTH } from '../log/tiles';
import { CompactRange, HASH_BYTES, type TreeNode } from '../log/tree';
import type { QueryResultRow } from 'pg';
import { planInclusion, prove, type NodeReader } from '../log/proof';

/** A pool, a connection, or a request's own transaction. */
export interface HashSource {
  query<R extends QueryResultRow>(sql: string, values: unknown[]): Promise<{ readonly rows: R[] }>;
}

/** A run of hashes of one level of tiles, within one tile, that a node is the root of. */
interface Run {
  readonly level: number;
  readonly tile: number;
  readonly start: number;
  readonly width: number;
}

function runOf({ level: height, index }: TreeNode): Run {
  const level = Math.floor(height / TILE_HEIGHT);
  const width = 2 ** (height % TILE_HEIGHT);
  const first = index * width;
  return { level, tile: Math.floor(first / TILE_WIDTH), start: first % TILE_WIDTH, width };
}

const FULL_TILES = `select tile.level, tile.n, tile.hashes from unnest($1::int[], $2::bigint[]) asked(level, n)
  join tile on tile.level = asked.level and tile.n = asked.n`;
/** By function: hashes are open to every reader of the log, entries are not. */
const LEAVES = 'select hash from leaf_hashes($1, $2)';
const TILE_ROOTS = 'select root as hash from tile where level = $1 and n >= $2 and n < $3 order by n';

const keyOf = (level: number, tile: number): string => `${level}/${tile}`;

/** Hashes `first` to `below` - 1 of a level of tiles, at most one tile of them: leaves at level 0, roots of the tiles below above it. */
export async function readLevel(database: HashSource, level: number, first: number, below: number): Promise<Buffer[]> {
  const { rows } =
    level === 0 ? await database.query<{ hash: Buffer }>(LEAVES, [first, below]) : await database.query<{ hash: Buffer }>(TILE_ROOTS, [level - 1, first, below]);
  return rows.map((row) => row.hash);
}

async function readTiles(database: HashSource, runs: readonly Run[]): Promise<Map<string, Buffer>> {
  const asked = new Map(runs.map((run) => [keyOf(run.level, run.tile), run]));
  const wanted = [...asked.values()];
  const { rows } = await database.query<{ level: number; n: string | number; hashes: Buffer }>(FULL_TILES, [wanted.map((run) => run.level), wanted.map((run) => run.tile)]);
  const tiles = new Map(rows.map((row) => [keyOf(row.level, Number(row.n)), row.hashes]));
  for (const [key, { level, tile }] of asked) if (!tiles.has(key)) tiles.set(key, Buffer.concat(await readLevel(database, level, tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH)));
  return tiles;
}

function rootOf(hashes: Buffer, { start, width, level, tile }: Run): Buffer {
  const end = (start + width) * HASH_BYTES;
  if (hashes.length < end) throw new RangeError(`tile ${tile} of level ${level} ends before the hash asked for`);
  const range = CompactRange.empty();
  for (let at = start * HASH_BYTES; at < end; at += HASH_BYTES) range.append(hashes.subarray(at, at + HASH_BYTES));
  return range.root();
}

export function storedNodes(database: HashSource): NodeReader {
  return async (nodes) => {
    const runs = nodes.map(runOf);
    const tiles = await readTiles(database, runs);
    return runs.map((run) => rootOf(tiles.get(keyOf(run.level, run.tile)) ?? Buffer.alloc(0), run));
  };
}

/** Inclusion proofs of many entries of one tree; each subtree is read and folded once, however many proofs name it. */
export async function proveInclusions(database: HashSource, indexes: readonly number[], size: number): Promise<Buffer[][]> {
  const plans = indexes.map((index) => planInclusion(index, size));
  const nodes = new Map(plans.flat(2).map((node) => [keyOf(node.level, node.index), node]));
  const hashes = await storedNodes(database)([...nodes.values()]);
  const known = new Map([...nodes.keys()].map((key, at) => [key, hashes[at] as Buffer]));
  const remembered: NodeReader = async (asked) => asked.map((node) => known.get(keyOf(node.level, node.index)) as Buffer);
  return Promise.all(plans.map((plan) => prove(plan, remembered)));
}

/** The tree reader speaks node-postgres; a request reads through its own transaction. */
export function requestStatements(transaction: Pick<Transaction, 'query'>): HashSource {
  return { query: async <R>(sql: string, values: unknown[]) => ({ rows: await transaction.query<R>(sql, values) }) };
}
