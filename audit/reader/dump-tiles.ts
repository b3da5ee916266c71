/**
 * The log as static files in the C2SP tlog-tiles layout: `checkpoint`, `tile/<level>/…`, `tile/entries/…`, as of the latest
 * checkpoint. Any web server can serve them. Refuses to write a tile that is not what its leaves say.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { makeFolder } from '../../kernel/folder';
import { cosignedCheckpoint } from '../witness/cosignatures.repository';
import { levelWidth, tilePath, tilesOf, TILE_WIDTH } from '../log/tiles';
import { readEntries } from './stored-entries';
import { readEntryBundle, readHashTile, type HashTile, type ReadBundled } from './tile-reader';

export interface DumpProgress {
  readonly tiles: number;
  readonly ofTiles: number;
}

/** Files of hashes and of entries. */
function countTiles(size: number): number {
  let tiles = Math.ceil(size / TILE_WIDTH);
  for (let level = 0; levelWidth(level, size) > 0; level += 1) tiles += Math.ceil(levelWidth(level, size) / TILE_WIDTH);
  return tiles;
}

/** Writes what is missing under `directory`; the checkpoint last, so that no reader meets one without its tiles. Returns its size. */
export async function dumpTiles(pool: Pool, directory: string, onProgress: (progress: DumpProgress) => void = () => undefined): Promise<number> {
  const checkpoint = await cosignedCheckpoint(pool);
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
async function dumpLeaves(pool: Pool, directory: string, tile: HashTile): Promise<number> {
  const bundle = path.join(directory, tilePath({ ...tile, level: null }));
  if (await isThere(bundle)) return 2;
  await dumpHashes(pool, directory, tile);
  const readBundled: ReadBundled = async (first, below) => (await readEntries(pool, first, below, below - first)).map(({ bytes }) => bytes);
  await replaceFile(bundle, await readEntryBundle(pool, readBundled, tile));
  return 2;
}

async function dumpHashes(pool: Pool, directory: string, tile: HashTile): Promise<number> {
  const file = path.join(directory, tilePath(tile));
  if (!(await isThere(file))) await replaceFile(file, await readHashTile(pool, tile));
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
  await makeFolder(path.dirname(file), 0o777);
  await fs.writeFile(`${file}.part`, bytes);
  await fs.rename(`${file}.part`, file);
}
