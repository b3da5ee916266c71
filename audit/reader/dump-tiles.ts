/**
 * The log as static files in the C2SP tlog-tiles layout: `checkpoint`, `tile/<level>/…`, `tile/entries/…`, as of the latest
 * checkpoint. Any web server can serve them. Refuses to write a tile that is not what its leaves say.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { encodeEntryBundle, encodeTile, levelWidth, tilePath, tilesOf, TILE_WIDTH, type Tile } from '../log/tiles';
import { leafHash } from '../log/tree';
import { latestCheckpoint } from '../writer/checkpointer';
import { readEntries } from './stored-entries';

export interface DumpProgress {
  readonly tiles: number;
  readonly ofTiles: number;
}

const LEVEL_HASHES = `select root as hash from tile where level = $1 and n >= $2 and n < $3 order by n`;

/** Files of hashes and of entries. */
function countTiles(size: number): number {
  let tiles = Math.ceil(size / TILE_WIDTH);
  for (let level = 0; levelWidth(level, size) > 0; level += 1) tiles += Math.ceil(levelWidth(level, size) / TILE_WIDTH);
  return tiles;
}

/** Writes what is missing under `directory`; the checkpoint last, so that no reader meets one without its tiles. Returns its size. */
export async function dumpTiles(pool: Pool, directory: string, onProgress: (progress: DumpProgress) => void = () => undefined): Promise<number> {
  const checkpoint = await latestCheckpoint(pool);
  if (checkpoint === null) throw new Error('The ledger has no checkpoint yet.');
  const ofTiles = countTiles(checkpoint.size);
  let tiles = 0;
  for (const tile of tilesOf(checkpoint.size)) {
    tiles += tile.level === 0 ? await dumpLeaves(pool, directory, tile) : await dumpHashes(pool, directory, tile);
    onProgress({ tiles, ofTiles });
  }
  await replaceFile(path.join(directory, 'checkpoint'), Buffer.from(checkpoint.note, 'utf8'));
  return checkpoint.size;
}

/** A tile of leaf hashes and the bundle of its entries; returns how many files that is. */
async function dumpLeaves(pool: Pool, directory: string, { index, width }: Tile): Promise<number> {
  const bundle = path.join(directory, tilePath({ level: null, index, width }));
  if (await isThere(bundle)) return 2;
  const first = index * TILE_WIDTH;
  const entries = await readEntries(pool, first, first + width, width);
  for (const entry of entries) if (!leafHash(entry.bytes).equals(entry.leafHash)) throw new Error(`Entry ${entry.index} does not have the leaf hash stored with it.`);
  if (entries.length !== width) throw new Error(`The ledger has ${entries.length} entries from ${first} on, not ${width}.`);
  await replaceFile(path.join(directory, tilePath({ level: 0, index, width })), encodeTile(entries.map((entry) => entry.leafHash)));
  await replaceFile(bundle, encodeEntryBundle(entries.map((entry) => entry.bytes)));
  return 2;
}

async function dumpHashes(pool: Pool, directory: string, { level, index, width }: Tile): Promise<number> {
  const file = path.join(directory, tilePath({ level, index, width }));
  if (level === null || (await isThere(file))) return 1;
  const first = index * TILE_WIDTH;
  const { rows } = await pool.query<{ hash: Buffer }>(LEVEL_HASHES, [level - 1, first, first + width]);
  if (rows.length !== width) throw new Error(`Level ${level} has ${rows.length} hashes from ${first} on, not ${width}.`);
  await replaceFile(file, encodeTile(rows.map((row) => row.hash)));
  return 1;
}

/** Tiles never change once written, whatever their width. */
async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

async function replaceFile(file: string, bytes: Buffer): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(`${file}.part`, bytes);
  await fs.rename(`${file}.part`, file);
}
