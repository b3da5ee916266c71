/**
 * C2SP tlog-tiles: paths, widths, and the bytes of hash tiles and entry bundles. Refuses a path or a bundle that has a
 * second spelling. Does not read or write files.
 */
import { MAX_ENTRY_BYTES } from './entry';
import { FormatError } from './format-error';
import { HASH_BYTES, type TreeNode } from './tree';

export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** `level` is null for entry bundles; width 256 is a full tile. */
export interface Tile {
  readonly level: number | null;
  readonly index: number;
  readonly width: number;
}

function malformed(message: string): never {
  throw new FormatError('TILE_MALFORMED', message);
}

/** `1234067` → `x001/x234/067`. */
export function groupDigits(n: number): string {
  if (!Number.isSafeInteger(n) || n < 0) malformed('a tile number counts from 0');
  let path = String(n % 1000).padStart(3, '0');
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  return path;
}

/** `tile/0/x001/067`, `tile/entries/000.p/17`. */
export function tilePath({ level, index, width }: Tile): string {
  if (!Number.isSafeInteger(width) || width < 1 || width > TILE_WIDTH) malformed('a tile is 1 to 256 wide');
  if (level !== null && (!Number.isSafeInteger(level) || level < 0 || level > 63)) malformed('a tile level is 0 to 63');
  return `tile/${level ?? 'entries'}/${groupDigits(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** The tile a path names, or null when it is not exactly a path of one. */
export function parseTilePath(path: string): Tile | null {
  const match = PATH.exec(path);
  if (match === null) return null;
  const [, level, groups, width] = match;
  const index = Number((groups as string).replace(/[x/]/g, ''));
  const tile = { level: level === 'entries' ? null : Number(level), index, width: width === undefined ? TILE_WIDTH : Number(width) };
  if (!Number.isSafeInteger(index) || tile.width > TILE_WIDTH || (tile.level ?? 0) > 63) return null;
  return tilePath(tile) === path ? tile : null;
}

/** How many hashes of a level a tree of this size has in complete subtrees. */
export function levelWidth(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Every tile of a tree of this size: full ones and, at each level, at most one partial; empty ones do not exist. */
export function* tilesOf(size: number): Generator<Tile & { readonly level: number }> {
  for (let level = 0; levelWidth(level, size) > 0; level += 1) {
    const hashes = levelWidth(level, size);
    for (let index = 0; index * TILE_WIDTH < hashes; index += 1) {
      yield { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) };
    }
  }
}

/** The subtrees whose hashes a tile holds, in order: level l of tiles is level 8·l of the tree. */
export function tileNodes({ level, index, width }: Tile & { readonly level: number }): TreeNode[] {
  return Array.from({ length: width }, (_, i) => ({ level: level * TILE_HEIGHT, index: index * TILE_WIDTH + i }));
}

export function encodeTile(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0 || hashes.length > TILE_WIDTH) malformed('a tile is 1 to 256 wide');
  for (const hash of hashes) if (hash.length !== HASH_BYTES) malformed('a hash is not 32 bytes');
  return Buffer.concat(hashes);
}

function assertTileSize(bytes: Buffer, width: number): void {
  if (bytes.length !== width * HASH_BYTES) malformed(`a tile ${width} wide has ${width * HASH_BYTES} bytes, not ${bytes.length}`);
}

export function decodeTile(bytes: Buffer, width: number): Buffer[] {
  assertTileSize(bytes, width);
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

const TEXT_LENGTH = 43;
/** So many bytes are a whole number of base64 groups: behind one byte more, the next hash begins a group of its own. */
const SPACED_BYTES = HASH_BYTES + 1;
const SPACED_LENGTH = TEXT_LENGTH + 1;

/** The hashes of a tile in base64url: made together, because a call for each costs more than its bytes do. */
export function tileTexts(bytes: Buffer, width: number): string[] {
  assertTileSize(bytes, width);
  const spaced = Buffer.alloc(width * SPACED_BYTES);
  for (let at = 0; at < width; at += 1) bytes.copy(spaced, at * SPACED_BYTES, at * HASH_BYTES, (at + 1) * HASH_BYTES);
  const text = spaced.toString('base64url');
  return Array.from({ length: width }, (_, at) => text.slice(at * SPACED_LENGTH, at * SPACED_LENGTH + TEXT_LENGTH));
}

/** (u16be length ‖ entry)*. */
export function encodeEntryBundle(entries: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) malformed(`an entry has more than ${MAX_ENTRY_BYTES} bytes`);
    const prefix = Buffer.allocUnsafe(2);
    prefix.writeUInt16BE(entry.length);
    parts.push(prefix, entry);
  }
  return Buffer.concat(parts);
}

/** Each entry as a view into `bytes`, found one after another; throws where the next length leads beyond the end. */
export function* readEntryBundle(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, count = 0; at < bytes.length; count += 1) {
    const end = at + 2 <= bytes.length ? at + 2 + bytes.readUInt16BE(at) : Infinity;
    if (end > bytes.length) return malformed(`an entry bundle ends inside its entry ${count}`);
    yield bytes.subarray(at + 2, end);
    at = end;
  }
}

/** Exactly `width` entries. */
export function decodeEntryBundle(bytes: Buffer, width: number): Buffer[] {
  const entries = [...readEntryBundle(bytes)];
  if (entries.length !== width) malformed(`an entry bundle has ${entries.length} entries instead of ${width}`);
  return entries;
}
