/** The writer's tree against the definition: same root, every full tile exactly once, and the same after a restart at any size. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decodeTile, TILE_WIDTH } from '../../audit/log/tiles';
import { CompactRange } from '../../audit/log/tree';
import { frontierOf, GrowingTree, type FullTile } from '../../audit/writer/growing-tree';

const leaf = (n: number): Buffer => createHash('sha256').update(`leaf ${n}`).digest();
const node = (left: Buffer, right: Buffer): Buffer => createHash('sha256').update(Buffer.concat([Buffer.from([1]), left, right])).digest();

/** RFC 6962 section 2.1, written as it is defined. */
function rootOf(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0] as Buffer;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return node(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** What a database holds of a tree: the hashes of each level's incomplete tile. */
function partialOf(leaves: readonly Buffer[]): Buffer[][] {
  const partial: Buffer[][] = [];
  for (let row = [...leaves]; row.length > 0; ) {
    const full = Math.floor(row.length / TILE_WIDTH);
    partial.push(row.slice(full * TILE_WIDTH));
    row = Array.from({ length: full }, (_, i) => rootOf(row.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)));
  }
  return partial;
}

describe('a growing tree', () => {
  it('has the root of its leaves and gives each full tile once, whatever its size and wherever it was loaded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.double({ min: 0, max: 1, noNaN: true }), (size, share) => {
        const leaves = Array.from({ length: size }, (_, n) => leaf(n));
        const restart = Math.floor(size * share);
        const tiles: FullTile[] = [];
        let tree = GrowingTree.empty();
        leaves.forEach((hash, n) => {
          if (n === restart && n > 0) tree = GrowingTree.restore(n, frontierOf(n, partialOf(leaves.slice(0, n))), partialOf(leaves.slice(0, n)));
          tiles.push(...tree.append(hash));
        });
        expect(CompactRange.restore(size, tree.frontier).root()).toEqual(rootOf(leaves));
        const full = Math.floor(size / TILE_WIDTH);
        expect(tiles.map(({ level, n }) => [level, n])).toEqual(Array.from({ length: full }, (_, n) => [0, n]));
        for (const { n, hashes, root } of tiles) {
          expect(decodeTile(hashes, TILE_WIDTH)).toEqual(leaves.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH));
          expect(root).toEqual(rootOf(leaves.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH)));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('fills a tile of the second level from 256 of the first', () => {
    const tree = GrowingTree.empty();
    const levels: number[] = [];
    for (let n = 0; n < TILE_WIDTH * TILE_WIDTH; n += 1) levels.push(...tree.append(leaf(n)).map(({ level }) => level));
    expect(levels.filter((level) => level === 0)).toHaveLength(TILE_WIDTH);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(tree.frontier).toHaveLength(32);
  });
});
