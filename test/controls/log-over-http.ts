/**
 * The log of a hub as anybody with a token can check it: signed checkpoints and hash tiles over HTTP, and proofs made from the
 * tiles here, not by the hub.
 */
import assert from 'node:assert/strict';
import { verifyCheckpoint, type Checkpoint } from '../../audit/log/checkpoint';
import { parseVkey } from '../../audit/log/note-key';
import { proveConsistency, type NodeReader } from '../../audit/log/proof';
import { decodeTile, levelWidth, tilePath, TILE_HEIGHT, TILE_WIDTH } from '../../audit/log/tiles';
import { CompactRange, verifyConsistency, type TreeNode } from '../../audit/log/tree';
import type { Cast, Role } from './cast';

export async function readCheckpoint(cast: Cast, role: Role): Promise<Checkpoint> {
  return verifyCheckpoint((await cast.download(role, '/ledger/checkpoint')).toString('utf8'), parseVkey(cast.vkey));
}

/** The first checkpoint over an entry. */
export function checkpointOver(cast: Cast, index: number): Promise<Checkpoint> {
  return cast.eventually(`a signed checkpoint over entry ${index}`, async () => {
    const checkpoint = await readCheckpoint(cast, 'regulator');
    return checkpoint.size > index && checkpoint;
  });
}

/** Throws unless the later tree is the earlier one with entries appended (RFC 9162 section 2.1.4). */
export async function assertGrown(cast: Cast, earlier: Checkpoint, later: Checkpoint): Promise<void> {
  const proof = await proveConsistency(earlier.size, later.size, tileNodes(cast, later.size));
  assert.ok(verifyConsistency(earlier.size, later.size, earlier.root, later.root, proof), `the tree of ${later.size} entries continues the one of ${earlier.size}`);
}

function tileNodes(cast: Cast, size: number): NodeReader {
  const tiles = new Map<string, Promise<Buffer[]>>();
  const read = (level: number, index: number): Promise<Buffer[]> => {
    const width = Math.min(TILE_WIDTH, levelWidth(level, size) - index * TILE_WIDTH);
    const path = tilePath({ level, index, width });
    const tile = tiles.get(path) ?? cast.download('rival', `/ledger/${path}`).then((bytes) => decodeTile(bytes, width));
    tiles.set(path, tile);
    return tile;
  };
  return (nodes) => Promise.all(nodes.map(async (node) => fold(node, read)));
}

/** A subtree lies within one tile: its leaves are hashes of the tile's level. */
async function fold({ level, index }: TreeNode, read: (level: number, index: number) => Promise<Buffer[]>): Promise<Buffer> {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const start = index * count;
  const hashes = await read(tileLevel, Math.floor(start / TILE_WIDTH));
  const range = CompactRange.empty();
  for (const hash of hashes.slice(start % TILE_WIDTH, (start % TILE_WIDTH) + count)) range.append(hash);
  return range.root();
}
