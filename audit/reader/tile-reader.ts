/**
 * Tiles of the log as C2SP tlog-tiles has them, from what is stored: whoever serves or writes them is given the same bytes.
 * Refuses a tile that the stored rows do not fill, and an entry that is not what its leaf hash says.
 */
import { decodeTile, encodeEntryBundle, encodeTile, levelWidth, TILE_WIDTH, type Tile } from '../log/tiles';
import { HASH_BYTES, leafHash } from '../log/tree';
import { readLevel, type HashSource } from './tree-reader';

export type HashTile = Tile & { readonly level: number };

/** The bytes of entries `first` to `below` - 1. */
export type ReadBundled = (first: number, below: number) => Promise<readonly Buffer[]>;

const FULL = 'select hashes from tile where level = $1 and n = $2';

/** Whether a tree of this size has all hashes, or entries, of the tile. */
export function isWithin({ level, index, width }: Tile, size: number): boolean {
  return index * TILE_WIDTH + width <= levelWidth(level ?? 0, size);
}

/** `tile/<level>/…`, for a tile that is within the log. */
export async function readHashTile(database: HashSource, { level, index, width }: HashTile): Promise<Buffer> {
  const bytes = width === TILE_WIDTH ? await readFull(database, level, index) : encodeTile(await readLevel(database, level, index * TILE_WIDTH, index * TILE_WIDTH + width));
  if (bytes.length !== width * HASH_BYTES) throw new Error(`Tile ${index} of level ${level} has ${bytes.length} bytes, where ${width} hashes were to be.`);
  return bytes;
}

async function readFull(database: HashSource, level: number, index: number): Promise<Buffer> {
  const { rows } = await database.query<{ hashes: Buffer }>(FULL, [level, index]);
  return rows[0]?.hashes ?? Buffer.alloc(0);
}

/** `tile/entries/…`, for a bundle that is within the log; its entries are those of the tile of leaf hashes beside it. */
export async function readEntryBundle(database: HashSource, read: ReadBundled, { index, width }: Tile): Promise<Buffer> {
  const first = index * TILE_WIDTH;
  const hashes = decodeTile(await readHashTile(database, { level: 0, index, width }), width);
  const entries = await read(first, first + width);
  if (entries.length !== width) throw new Error(`The ledger has ${entries.length} entries from ${first} on, not ${width}.`);
  entries.forEach((bytes, at) => {
    if (!leafHash(bytes).equals(hashes[at] as Buffer)) throw new Error(`Entry ${first + at} does not have the leaf hash that its tile says.`);
  });
  return encodeEntryBundle(entries);
}
