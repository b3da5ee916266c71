/** RFC 6962 trees and proofs: the published probes, and every size up to 130 against a slow reference. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { planConsistency, planInclusion, prove, proveConsistency, proveInclusion, readRoot, type NodeReader } from '../../../audit/log/proof';
import { CompactRange, EMPTY_ROOT, leafHash, rootFromInclusion, verifyConsistency, verifyInclusion, type TreeNode } from '../../../audit/log/tree';

const sha = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962 section 2.1, word for word: the slow reference. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.from([0]), leaves[0] as Buffer);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.from([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** RFC 6962 section 2.1.1. */
function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m < k ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))] : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

/** RFC 6962 section 2.1.2. */
function subproof(m: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m <= k ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))] : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

const LEAVES = Array.from({ length: 131 }, (_, i) => Buffer.from(`leaf ${i}`));
const NODES = new Map<string, Buffer>();
const ROOTS: Buffer[] = [EMPTY_ROOT];
{
  const range = CompactRange.empty();
  for (const leaf of LEAVES) {
    range.append(leafHash(leaf), ({ level, index }: TreeNode, hash) => NODES.set(`${level}/${index}`, hash));
    ROOTS.push(range.root());
  }
}
const read: NodeReader = async (nodes) =>
  nodes.map(({ level, index }) => {
    const node = NODES.get(`${level}/${index}`);
    if (node === undefined) throw new Error(`no complete subtree ${level}/${index}`);
    return node;
  });

interface Probe {
  leafIdx: number;
  treeSize: number;
  root: string | null;
  leafHash: string | null;
  size1: number;
  size2: number;
  root1: string | null;
  root2: string | null;
  proof: string[] | null;
  wantErr: boolean;
}
function probes(kind: string): [string, Probe][] {
  const folder = join(__dirname, '../../vectors/merkle', kind);
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Probe]);
}
const bytes = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64');

describe('the published probes', () => {
  it.each(probes('inclusion'))('inclusion/%s', (_name, probe) => {
    const accepted = verifyInclusion(probe.leafIdx, probe.treeSize, bytes(probe.leafHash), (probe.proof ?? []).map(bytes), bytes(probe.root));
    expect(accepted).toBe(!probe.wantErr);
  });

  it.each(probes('consistency'))('consistency/%s', (_name, probe) => {
    const accepted = verifyConsistency(probe.size1, probe.size2, bytes(probe.root1), bytes(probe.root2), (probe.proof ?? []).map(bytes));
    expect(accepted).toBe(!probe.wantErr);
  });
});

describe('the tree', () => {
  it('has the hash of nothing as its empty root, not zeros (trap: empty-tree hash)', () => {
    expect(EMPTY_ROOT.toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(CompactRange.empty().root().equals(EMPTY_ROOT)).toBe(true);
  });

  it('has the root of the reference at every size up to 131', () => {
    for (let size = 0; size <= LEAVES.length; size += 1) expect(ROOTS[size]?.equals(mth(LEAVES.slice(0, size)))).toBe(true);
  });

  it('goes on from a serialised compact range at every size', () => {
    for (let size = 0; size < LEAVES.length; size += 1) {
      const range = CompactRange.empty();
      for (const leaf of LEAVES.slice(0, size)) range.append(leafHash(leaf));
      const restored = CompactRange.restore(size, range.serialise());
      restored.append(leafHash(LEAVES[size] as Buffer));
      expect(restored.root().equals(ROOTS[size + 1] as Buffer)).toBe(true);
      expect(range.size).toBe(size);
    }
  });

  it('refuses a compact range that does not fit its size', () => {
    expect(() => CompactRange.restore(3, Buffer.alloc(32))).toThrow('one hash per binary digit');
    expect(() => CompactRange.empty().append(Buffer.alloc(31))).toThrow('32 bytes');
  });

  it('is read from stored subtrees at every size', async () => {
    for (let size = 0; size <= LEAVES.length; size += 1) expect((await readRoot(size, read)).equals(ROOTS[size] as Buffer)).toBe(true);
  });
});

describe('a proof', () => {
  it('of inclusion equals the reference and holds, for every entry of every size up to 40', async () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = await proveInclusion(index, size, read);
        expect(proof).toEqual(path(index, LEAVES.slice(0, size)));
        expect(verifyInclusion(index, size, leafHash(LEAVES[index] as Buffer), proof, ROOTS[size] as Buffer)).toBe(true);
      }
    }
  });

  it('of consistency equals the reference and holds, for every pair of sizes up to 40', async () => {
    for (let second = 1; second <= 40; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const proof = await proveConsistency(first, second, read);
        expect(proof).toEqual(subproof(first, LEAVES.slice(0, second), true));
        expect(verifyConsistency(first, second, ROOTS[first] as Buffer, ROOTS[second] as Buffer, proof)).toBe(true);
      }
    }
  });

  it('fails after any change of place, size, root or hash', async () => {
    const sizes = fc.integer({ min: 2, max: 131 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), fc.constantFrom('index', 'size', 'root', 'leaf', 'step', 'drop', 'add', 'swap'), async (size, at, where, change) => {
        const index = at % size;
        const proof = await proveInclusion(index, size, read);
        const leaf = leafHash(LEAVES[index] as Buffer);
        const root = ROOTS[size] as Buffer;
        const flipped = (hash: Buffer): Buffer => Buffer.from(hash.map((byte, i) => (i === where % 32 ? byte ^ 1 : byte)));
        const k = where % proof.length;
        const other = (where % 130) + 1;
        const outcome: Record<typeof change, () => boolean> = {
          index: () => verifyInclusion((index + other) % 131, size, leaf, proof, root),
          // The same proof can only lead to the root of another size by chance of SHA-256; a larger size needs other steps.
          size: () => verifyInclusion(index, size + other, leaf, proof, ROOTS[size + other] ?? flipped(root)),
          root: () => verifyInclusion(index, size, leaf, proof, flipped(root)),
          leaf: () => verifyInclusion(index, size, flipped(leaf), proof, root),
          step: () => verifyInclusion(index, size, leaf, proof.map((step, i) => (i === k ? flipped(step) : step)), root),
          drop: () => verifyInclusion(index, size, leaf, proof.filter((_, i) => i !== k), root),
          add: () => verifyInclusion(index, size, leaf, [...proof, root], root),
          swap: () => proof.length > 1 && verifyInclusion(index, size, leaf, [...proof.slice(1), proof[0] as Buffer], root),
        };
        expect(outcome[change]()).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('is planned with one read', async () => {
    let reads = 0;
    await prove(planInclusion(5, 131), async (nodes) => {
      reads += 1;
      return read(nodes);
    });
    expect(reads).toBe(1);
  });

  // A synthetic tree: only its right edge matters to the verifier.
  it.each([2 ** 31, 2 ** 32, 2 ** 33 + 5, 2 ** 52 + 1])('of the last entry of a tree of %d has the length RFC 6962 gives it (trap: 32-bit shifts in proof code)', (size) => {
    const plan = planInclusion(size - 1, size);
    const steps = plan.map(() => leafHash(Buffer.from('subtree')));
    const leaf = leafHash(Buffer.from('last'));
    const root = rootFromInclusion(size - 1, size, leaf, steps);
    expect(root).not.toBeNull();
    expect(rootFromInclusion(size - 1, size, leaf, steps.slice(1))).toBeNull();
    expect(rootFromInclusion(size - 1, size, leaf, [...steps, leaf])).toBeNull();
    // The same low 32 bits must not be the same place.
    if (size > 2 ** 32) expect(rootFromInclusion((size - 1) % 2 ** 32, size, leaf, steps)?.equals(root as Buffer) ?? false).toBe(false);
  });

  it.each<[string, number, number]>([
    ['an index at the size', 5, 5],
    ['a negative index', -1, 5],
    ['a fraction', 0.5, 5],
    ['a size beyond 2^53', 1, 2 ** 53],
  ])('does not exist for %s', (_case, index, size) => {
    expect(verifyInclusion(index, size, LEAVES[0] as Buffer, [], ROOTS[1] as Buffer)).toBe(false);
    expect(() => planInclusion(index, size)).toThrow(RangeError);
  });

  it('does not exist from size 0 (trap: size 0 consistency)', () => {
    expect(verifyConsistency(0, 5, EMPTY_ROOT, ROOTS[5] as Buffer, [])).toBe(false);
    expect(() => planConsistency(0, 5)).toThrow(RangeError);
  });
});
