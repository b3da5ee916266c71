/** The tree of stream heads against its definition: the same root by any way of updating, and proofs that show exactly what is there. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { commitLink } from '../../../audit/log/commitment';
import { ZERO_HASH } from '../../../audit/log/entry';
import { formatHeadProof, openHeadProof, parseHeadProof, proveHead, type HeadProof } from '../../../audit/log/head-proof';
import { digitAt, headValue, HeadsTree, NO_HEADS, PageMissing, streamKey, type HeadLeaf } from '../../../audit/log/heads-tree';

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** As FORMAT.md defines it, from all leaves below a path. */
function rootOf(leaves: readonly HeadLeaf[], depth = 0): Buffer {
  const mask = Buffer.alloc(2);
  const children: Buffer[] = [];
  for (let digit = 0; digit < 16; digit += 1) {
    const below = leaves.filter(({ key }) => digitAt(key, depth) === digit);
    if (below.length === 0) continue;
    mask.writeUInt16BE(mask.readUInt16BE() | (1 << digit));
    const [only] = below;
    children.push(below.length === 1 && only !== undefined ? sha256(Buffer.from([2]), only.key, only.value) : rootOf(below, depth + 1));
  }
  return sha256(Buffer.from([3]), mask, ...children);
}

/** Heads of few streams in many steps, so that most steps change what was there. Some keys share long prefixes. */
const steps = fc.array(fc.array(fc.record({ stream: fc.nat(60), n: fc.nat(1_000_000) }), { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 });

function leafOf(stream: number, n: number): HeadLeaf {
  const key = createHash('sha256').update(`stream ${stream}`).digest();
  // Every third key begins with the same digits, up to where its number differs.
  if (stream % 3 === 0) key.fill(0x11, 0, 1 + (stream % 5));
  return { key, value: createHash('sha256').update(`head ${n}`).digest() };
}

describe('a tree of stream heads', () => {
  it('has the root that its leaves define, however it came about', () => {
    fc.assert(
      fc.property(steps, (rounds) => {
        const tree = new HeadsTree();
        const leaves = new Map<string, HeadLeaf>();
        for (const round of rounds) {
          let added = 0;
          const before = leaves.size;
          for (const { stream, n } of round) {
            const leaf = leafOf(stream, n);
            if (tree.put(leaf)) added += 1;
            leaves.set(leaf.key.toString('hex'), leaf);
          }
          expect(added).toBe(leaves.size - before);
          expect(tree.settle().root).toEqual(rootOf([...leaves.values()]));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is updated from the pages on the way to the touched streams alone, and changes no others', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(60), { minLength: 1, maxLength: 5 }), (rounds, touched) => {
        const whole = new HeadsTree();
        for (const { stream, n } of rounds.flat()) whole.put(leafOf(stream, n));
        whole.settle();
        const partial = new HeadsTree();
        for (const stream of touched) {
          const { key } = leafOf(stream, 0);
          for (let depth = 0; depth < 64; depth += 1) {
            const path = key.toString('hex').slice(0, depth);
            const page = whole.pages.get(path);
            if (page !== undefined) partial.pages.set(path, Buffer.from(page));
          }
          expect(partial.missing(key)).toBeNull();
        }
        const kept = new Map([...whole.pages].map(([path, page]) => [path, Buffer.from(page)]));
        for (const stream of touched) for (const tree of [whole, partial]) tree.put(leafOf(stream, 7));
        const { root, changed } = partial.settle();
        expect(root).toEqual(whole.settle().root);
        const differ = [...whole.pages].filter(([path, page]) => kept.get(path)?.equals(page) !== true).map(([path]) => path);
        expect(new Set(changed)).toEqual(new Set([...changed, ...differ]));
        for (const path of changed) expect(partial.pages.get(path)).toEqual(whole.pages.get(path));
      }),
      { numRuns: 100 },
    );
  });

  it('says which page it lacks instead of making one up', () => {
    const whole = new HeadsTree();
    for (let stream = 0; stream < 60; stream += 1) whole.put(leafOf(stream, 0));
    whole.settle();
    const path = [...whole.pages.keys()].find((one) => one.length === 1) as string;
    const key = Buffer.concat([Buffer.from(`${path}0`, 'hex'), Buffer.alloc(31)]);
    const partial = new HeadsTree(new Map([['', whole.pages.get('') as Buffer]]));
    expect(partial.missing(key)).toBe(path);
    expect(() => partial.put({ key, value: NO_HEADS })).toThrow(PageMissing);
  });

  it('over no stream has a root of zeros, over one a page of one leaf', () => {
    const tree = new HeadsTree();
    expect(tree.settle()).toEqual({ root: NO_HEADS, changed: [] });
    const leaf = leafOf(1, 1);
    tree.put(leaf);
    expect(tree.settle()).toEqual({ root: rootOf([leaf]), changed: [''] });
  });
});

describe('a proof of a stream head', () => {
  const streams = Array.from({ length: 300 }, (_, i) => `debt:debt_${i}`);
  const links = new Map(streams.map((stream, i) => [stream, commitLink(stream, i + 1, ZERO_HASH)]));
  const leafHash = (stream: string): string => createHash('sha256').update(`entry of ${stream}`).digest('base64url');
  const tree = new HeadsTree();
  for (const [stream, { digest }] of links) tree.put({ key: streamKey(stream), value: headValue(digest, leafHash(stream)) });
  const { root } = tree.settle();
  const headOf = (stream: string): { link: string; leaf: string } | null => {
    const link = links.get(stream);
    return link === undefined ? null : { link: link.text, leaf: leafHash(stream) };
  };
  const proofOf = (stream: string): HeadProof => proveHead(tree, stream, headOf(stream));

  it('shows the number and the last entry of every stream, and that any other stream has none', () => {
    for (const [i, stream] of streams.entries()) expect(openHeadProof(root, proofOf(stream))).toEqual({ n: i + 1, leaf: leafHash(stream) });
    for (let i = 300; i < 900; i += 1) expect(openHeadProof(root, proofOf(`debt:debt_${i}`))).toEqual({ n: 0, leaf: null });
  });

  it('is the same after a round trip through its line', () => {
    for (const stream of [...streams.slice(0, 20), 'debt:debt_none', 'debt:debt_other', 'debt:debt_third']) {
      const line = formatHeadProof(proofOf(stream));
      const parsed = parseHeadProof(line.slice(0, -1));
      expect(parsed).toEqual(proofOf(stream));
      expect(formatHeadProof(parsed as HeadProof)).toBe(line);
    }
  });

  it('names no other stream and not the hash of its name', () => {
    const line = formatHeadProof(proofOf('debt:debt_7'));
    for (const stream of streams.filter((one) => one !== 'debt:debt_7')) {
      expect(line).not.toContain(`"${stream}"`);
      expect(Buffer.concat(proofOf('debt:debt_7').pages).includes(streamKey(stream))).toBe(false);
    }
  });

  it.each<[string, (proof: HeadProof) => HeadProof]>([
    ['of another stream', (proof) => ({ ...proof, stream: 'debt:debt_8' })],
    ['with an older link of the same stream', (proof) => ({ ...proof, end: { link: commitLink('debt:debt_7', 7, ZERO_HASH).text, leaf: leafHash('debt:debt_7') } })],
    ['with another last entry', (proof) => ({ ...proof, end: { ...headOf('debt:debt_7')!, leaf: leafHash('debt:debt_8') } })],
    ['that an existing stream is absent', (proof) => ({ ...proof, end: null })],
    ['that another leaf stands there', (proof) => ({ ...proof, end: { key: streamKey('debt:debt_8'), value: headValue(links.get('debt:debt_8')!.digest, leafHash('debt:debt_8')) } })],
    ['that its own leaf is another stream', (proof) => ({ ...proof, end: { key: streamKey('debt:debt_7'), value: headValue(links.get('debt:debt_7')!.digest, leafHash('debt:debt_7')) } })],
    ['with a page left out', (proof) => ({ ...proof, pages: proof.pages.slice(1) })],
    ['with a page too many', (proof) => ({ ...proof, pages: [...proof.pages, proof.pages[0]!] })],
    ['without pages', (proof) => ({ ...proof, pages: [] })],
    ['with a child taken from a page', (proof) => ({ ...proof, pages: proof.pages.map((page, i) => (i === 0 ? page.subarray(0, -32) : page)) })],
    ['with a link that is none', (proof) => ({ ...proof, end: { link: 'x', leaf: leafHash('debt:debt_7') } })],
  ])('%s shows nothing', (_case, forge) => {
    expect(openHeadProof(root, forge(proofOf('debt:debt_7')))).toBeNull();
  });

  it('shows nothing with any bit of a page changed', () => {
    fc.assert(
      fc.property(fc.nat(streams.length + 50), fc.nat(), (which, at) => {
        const proof = proofOf(`debt:debt_${which}`);
        const pages = proof.pages.map((page) => Buffer.from(page));
        const page = pages[at % pages.length] as Buffer;
        page[at % page.length]! ^= 1 << at % 8;
        expect(openHeadProof(root, { ...proof, pages })).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it.each(['{}', '{"end":null,"pages":["x"],"stream":"debt:debt_1"}', '{"end":{},"pages":[],"stream":"debt:debt_1"}', '{"end":null,"pages":[],"stream":"x"}', '{"end":{"leaf":"x","link":"x"},"pages":[],"stream":"debt:debt_1"}'])(
    'is not read from %s',
    (line) => expect(parseHeadProof(line)).toBeNull(),
  );
});
