/**
 * The Merkle tree of RFC 6962 and RFC 9162: hashes, the growing right edge, and proofs checked. Holds no storage: the
 * compact range is all an appender needs, a proof all a verifier needs. Sizes are safe integers, never shifted as 32 bits.
 */
import { hash } from 'node:crypto';
import { FormatError } from './format-error';

export const HASH_BYTES = 32;
/** RFC 6962 section 2.1: the hash of the empty list is the hash of the empty string. */
export const EMPTY_ROOT: Buffer = hash('sha256', Buffer.alloc(0), 'buffer');

/** A complete subtree: 2^level leaves beginning with leaf index·2^level. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

const LARGEST_LEAF = 65_536;
const leafInput = Buffer.alloc(LARGEST_LEAF);
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = 0x01;

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Buffer {
  return hash('sha256', inputOfLeaf(entry), 'buffer');
}

/** The same as base64url. */
export function leafHashText(entry: Uint8Array): string {
  return hash('sha256', inputOfLeaf(entry), 'base64url');
}

function inputOfLeaf(entry: Uint8Array): Buffer {
  const length = entry.length + 1;
  const input = length <= LARGEST_LEAF ? leafInput : Buffer.alloc(length);
  input[0] = 0x00;
  input.set(entry, 1);
  return input.subarray(0, length);
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/** The root over leaves that make one complete subtree, their hashes one after another. */
export function subtreeRoot(leaves: Uint8Array): Uint8Array {
  const level = Buffer.from(leaves);
  for (let nodes = leaves.length / HASH_BYTES; nodes > 1; nodes /= 2) {
    for (let node = 0; node < nodes / 2; node += 1) {
      level.copy(nodeInput, 1, 2 * node * HASH_BYTES, 2 * (node + 1) * HASH_BYTES);
      // As a text of one-byte characters, because a buffer for each hash costs twice as much as the hash.
      level.write(hash('sha256', nodeInput, 'binary'), node * HASH_BYTES, 'latin1');
    }
  }
  return new Uint8Array(level.subarray(0, HASH_BYTES));
}

function assertSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('a tree size is a whole number from 0');
}

/** The levels of the complete subtrees a tree of this size falls into, left to right: its binary digits from the top. */
export function peakLevels(size: number): number[] {
  assertSize(size);
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) if (rest % 2 === 1) levels.unshift(level);
  return levels;
}

/** The right edge of a growing tree: one hash per complete subtree. Appending costs one node hash on average. */
export class CompactRange {
  private constructor(
    private leaves: number,
    private readonly peaks: Buffer[],
  ) {}

  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** From `size` and `serialise()` kept earlier. */
  static restore(size: number, bytes: Uint8Array): CompactRange {
    const peaks = peakLevels(size).length;
    if (bytes.length !== peaks * HASH_BYTES) throw new FormatError('TILE_MALFORMED', 'a compact range has one hash per binary digit 1 of its size');
    return new CompactRange(
      size,
      Array.from({ length: peaks }, (_, i) => Buffer.from(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))),
    );
  }

  get size(): number {
    return this.leaves;
  }

  /** The peaks' hashes one after another, largest subtree first. */
  serialise(): Buffer {
    return Buffer.concat(this.peaks);
  }

  clone(): CompactRange {
    return new CompactRange(this.leaves, this.peaks.slice());
  }

  /** `onNode` is told every subtree the new leaf completes, the leaf itself first: what a store of tiles has to keep. */
  append(leaf: Buffer, onNode?: (node: TreeNode, hash: Buffer) => void): void {
    if (leaf.length !== HASH_BYTES) throw new FormatError('TILE_MALFORMED', 'a leaf hash is not 32 bytes');
    let node = leaf;
    let index = this.leaves;
    onNode?.({ level: 0, index }, node);
    for (let level = 1; index % 2 === 1; level += 1) {
      node = nodeHash(this.peaks.pop() as Buffer, node);
      index = (index - 1) / 2;
      onNode?.({ level, index }, node);
    }
    this.peaks.push(node);
    this.leaves += 1;
  }

  /** Appends 2^level leaves by the root over them; the tree's size must be a multiple of that. */
  appendSubtree(level: number, root: Buffer): void {
    const width = 2 ** level;
    if (this.leaves % width !== 0 || root.length !== HASH_BYTES) throw new FormatError('TILE_MALFORMED', 'a subtree does not stand where it would be complete');
    let node = root;
    for (let index = this.leaves / width; index % 2 === 1; index = (index - 1) / 2) node = nodeHash(this.peaks.pop() as Buffer, node);
    this.peaks.push(node);
    this.leaves += width;
  }

  root(): Buffer {
    return foldPeaks(this.peaks);
  }
}

/** The root over complete subtrees given largest first. */
export function foldPeaks(peaks: readonly Buffer[]): Buffer {
  const last = peaks.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  let root = last;
  for (let i = peaks.length - 2; i >= 0; i -= 1) root = nodeHash(peaks[i] as Buffer, root);
  return root;
}

/** The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or null when it cannot belong to any tree of this size. */
export function rootFromInclusion(index: number, size: number, leaf: Buffer, proof: readonly Buffer[]): Buffer | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  if (leaf.length !== HASH_BYTES) return null;
  let fn = index;
  let sn = size - 1;
  let root = leaf;
  for (const step of proof) {
    if (sn === 0 || step.length !== HASH_BYTES) return null;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(step, root);
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      root = nodeHash(root, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? root : null;
}

export function verifyInclusion(index: number, size: number, leaf: Buffer, proof: readonly Buffer[], root: Buffer): boolean {
  return rootFromInclusion(index, size, leaf, proof)?.equals(root) ?? false;
}

/**
 * RFC 9162 section 2.1.4.2. A first size of 0 has no proof and is refused here: a caller to whom "nothing seen yet" is
 * acceptable MUST decide that itself.
 */
export function verifyConsistency(first: number, second: number, firstRoot: Buffer, secondRoot: Buffer, proof: readonly Buffer[]): boolean {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 1 || first > second) return false;
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
  if (proof.length === 0 || proof.some((step) => step.length !== HASH_BYTES)) return false;
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) {
    fn = (fn - 1) / 2;
    sn = Math.floor(sn / 2);
  }
  // fn is now 0 exactly when `first` is a power of two: then the first root is itself the starting subtree.
  const path = fn === 0 ? [firstRoot, ...proof] : proof;
  const start = path[0] as Buffer;
  if (start.length !== HASH_BYTES) return false;
  let fr = start;
  let sr = start;
  for (const step of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(step, fr);
      sr = nodeHash(step, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, step);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}
