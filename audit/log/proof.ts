/**
 * Proofs made from stored complete subtrees. A proof is planned first as a list of tree nodes, so that a database can
 * fetch them in one query; nothing here knows where nodes are kept.
 */
import { foldPeaks, peakLevels, type TreeNode } from './tree';

/** One proof hash each: complete subtrees to be folded, largest first. Only hashes at the right edge have more than one. */
export type ProofPlan = readonly (readonly TreeNode[])[];

/** Reads the hashes of complete subtrees, in the order asked for. */
export type NodeReader = (nodes: readonly TreeNode[]) => Promise<readonly Buffer[]>;

/** The complete subtrees that cover leaves [start, end), where start is a multiple of the largest of them. */
function cover(start: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  let at = start;
  for (const level of peakLevels(end - start)) {
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The largest power of two smaller than n; n ≥ 2. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** RFC 9162 section 2.1.3.1. */
export function planInclusion(index: number, size: number): ProofPlan {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) throw new RangeError('the entry is not in a tree of this size');
  const plan: TreeNode[][] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      plan.unshift(cover(middle, end));
      end = middle;
    } else {
      plan.unshift(cover(start, middle));
      start = middle;
    }
  }
  return plan;
}

/** RFC 9162 section 2.1.4.1; empty for equal sizes. */
export function planConsistency(first: number, second: number): ProofPlan {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 1 || first > second) throw new RangeError('a consistency proof leads from a size of at least 1 to one not smaller');
  const plan: TreeNode[][] = [];
  let start = 0;
  let end = second;
  let whole = true;
  while (first !== end) {
    const middle = start + split(end - start);
    if (first <= middle) {
      plan.unshift(cover(middle, end));
      end = middle;
    } else {
      plan.unshift(cover(start, middle));
      start = middle;
      whole = false;
    }
  }
  // A subtree that is the whole first tree is not sent: the verifier has its root already.
  return whole ? plan : [cover(start, end), ...plan];
}

/** The subtrees whose fold is the root of a tree of this size. */
export function planRoot(size: number): readonly TreeNode[] {
  return cover(0, size);
}

/** The proof's hashes, with a single call to the reader. */
export async function prove(plan: ProofPlan, read: NodeReader): Promise<Buffer[]> {
  const hashes = await read(plan.flat());
  let at = 0;
  return plan.map((nodes) => foldPeaks(hashes.slice(at, (at += nodes.length))));
}

export async function proveInclusion(index: number, size: number, read: NodeReader): Promise<Buffer[]> {
  return prove(planInclusion(index, size), read);
}

export async function proveConsistency(first: number, second: number, read: NodeReader): Promise<Buffer[]> {
  return prove(planConsistency(first, second), read);
}

export async function readRoot(size: number, read: NodeReader): Promise<Buffer> {
  return foldPeaks(await read(planRoot(size)));
}
