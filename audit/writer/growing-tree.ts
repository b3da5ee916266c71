/**
 * The Merkle tree as the writer needs it: append a leaf, tell which tiles became full, name the frontier. Holds the hashes
 * of the incomplete tiles only, at most 255 per level. Proofs are the reader's business.
 */
import { levelWidth, TILE_HEIGHT, TILE_WIDTH } from '../log/tiles';
import { CompactRange, type TreeNode } from '../log/tree';

export interface FullTile {
  readonly level: number;
  readonly n: number;
  /** 256 hashes of 32 bytes. */
  readonly hashes: Buffer;
  /** The hash that stands for this tile one level up. */
  readonly root: Buffer;
}

export class GrowingTree {
  /** `partial[level]`: the hashes of the level's incomplete tile. */
  private constructor(
    private readonly edge: CompactRange,
    private readonly partial: Buffer[][],
  ) {}

  static empty(): GrowingTree {
    return new GrowingTree(CompactRange.empty(), []);
  }

  static restore(size: number, frontier: Buffer, partial: readonly (readonly Buffer[])[]): GrowingTree {
    return new GrowingTree(
      CompactRange.restore(size, frontier),
      partial.map((hashes) => [...hashes]),
    );
  }

  /** The roots of the perfect subtrees of the size, largest first, 32 bytes each. */
  get frontier(): Buffer {
    return this.edge.serialise();
  }

  /** Adds a leaf; returns the tiles it completed, lowest level first. */
  append(leafHash: Buffer): FullTile[] {
    const full: FullTile[] = [];
    this.edge.append(leafHash, (node, hash) => this.keep(node, hash, full));
    return full;
  }

  /** A node at a tile boundary is one hash of its level's tile and the root of the tile below. */
  private keep({ level: height, index }: TreeNode, hash: Buffer, full: FullTile[]): void {
    if (height % TILE_HEIGHT !== 0) return;
    const level = height / TILE_HEIGHT;
    (this.partial[level] ??= []).push(hash);
    if (level === 0) return;
    full.push({ level: level - 1, n: index, hashes: Buffer.concat(this.partial[level - 1] as Buffer[]), root: hash });
    this.partial[level - 1] = [];
  }
}

/** The frontier that the hashes of the incomplete tiles amount to: each level's rows are a tree of their own. */
export function frontierOf(size: number, partial: readonly (readonly Buffer[])[]): Buffer {
  const peaks: Buffer[] = [];
  for (let level = partial.length - 1; level >= 0; level -= 1) {
    const row = CompactRange.empty();
    for (const hash of partial[level] as readonly Buffer[]) row.append(hash);
    if (row.size !== levelWidth(level, size) % TILE_WIDTH) throw new RangeError('an incomplete tile has another width than the size says');
    peaks.push(row.serialise());
  }
  return Buffer.concat(peaks);
}
