/**
 * The tree over the heads of all streams: sparse, keyed by the SHA-256 of the stream's name, sixteen children a page. Writer
 * and verifier update it with the same code, in time proportional to the streams touched. Holds no storage: whoever gives
 * the pages decides where they live, and none is read that is not on a touched stream's path.
 */
import { hash } from 'node:crypto';
import { HASH_BYTES } from './tree';

/**
 * What an update keeps of one page: `u16be mask ‖ u16be leaf mask ‖ child hashes ‖ (key ‖ value) of each leaf`, both lists in
 * the order of the digits. What is hashed and shown in proofs is `u16be mask ‖ child hashes`: the keys of other streams stay here.
 */
export type HeadsPage = Buffer;

/** A stream's place in the tree and what it commits to there. */
export interface HeadLeaf {
  /** SHA-256 of the stream's name. */
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Longest path: one hex digit of the key a page. */
export const KEY_DIGITS = 2 * HASH_BYTES;
/** The root over no stream at all. */
export const NO_HEADS: Buffer = Buffer.alloc(HASH_BYTES);

const CHILDREN = 16;
const MASKS_BYTES = 4;
const MASK_BYTES = 2;
const LEAF_BYTES = 2 * HASH_BYTES;
const EMPTY_PAGE: HeadsPage = Buffer.alloc(MASKS_BYTES);

/** Other first bytes than those of entries and their tree, so that no hash of one can pass for the other. */
const LEAF_TAG = 0x02;
const PAGE_TAG = 0x03;
const VALUE_TAG = 0x04;
const pairInput = Buffer.alloc(1 + 2 * HASH_BYTES);
const pageInput = Buffer.alloc(1 + MASK_BYTES + CHILDREN * HASH_BYTES);
pageInput[0] = PAGE_TAG;

function hashPair(tag: number, first: Uint8Array, second: Uint8Array): Buffer {
  pairInput[0] = tag;
  pairInput.set(first, 1);
  pairInput.set(second, 1 + HASH_BYTES);
  return hash('sha256', pairInput, 'buffer');
}

/** Where a stream stands: SHA-256 of its name. */
export function streamKey(stream: string): Buffer {
  return hash('sha256', stream, 'buffer');
}

/**
 * What a stream's head commits to: the digest of the link of its last entry, which hides the stream's name and number by a
 * salt, and that entry's leaf hash. Both base64url.
 */
export function headValue(linkDigest: string, leafHash: string): Buffer {
  return hashPair(VALUE_TAG, Buffer.from(linkDigest, 'base64url'), Buffer.from(leafHash, 'base64url'));
}

export function headLeafHash({ key, value }: HeadLeaf): Buffer {
  return hashPair(LEAF_TAG, key, value);
}

function bits(mask: number): number {
  let rest = mask - ((mask >> 1) & 0x5555);
  rest = (rest & 0x3333) + ((rest >> 2) & 0x3333);
  return (((rest + (rest >> 4)) & 0x0f0f) * 0x0101) >> 8 & 0x1f;
}

/** How many of the mask's children stand before this digit. */
const rank = (mask: number, digit: number): number => bits(mask & ((1 << digit) - 1));
const has = (mask: number, digit: number): boolean => (mask & (1 << digit)) !== 0;

/** The digit of a key at a depth, 0 to 15, most significant first. */
export function digitAt(key: Buffer, depth: number): number {
  const byte = key[depth >> 1] as number;
  return depth % 2 === 0 ? byte >> 4 : byte & 0x0f;
}

/** Hash of what a proof shows of a page. */
export function shownPageHash(shown: Uint8Array): Buffer {
  pageInput.set(shown, 1);
  return hash('sha256', pageInput.subarray(0, 1 + shown.length), 'buffer');
}

export function pageHash(page: HeadsPage): Buffer {
  const end = MASKS_BYTES + bits(page.readUInt16BE(0)) * HASH_BYTES;
  page.copy(pageInput, 1, 0, MASK_BYTES);
  page.copy(pageInput, 1 + MASK_BYTES, MASKS_BYTES, end);
  return hash('sha256', pageInput.subarray(0, 1 + MASK_BYTES + end - MASKS_BYTES), 'buffer');
}

/** The part of a page that is hashed. */
export function shownPage(page: HeadsPage): Buffer {
  return Buffer.concat([page.subarray(0, MASK_BYTES), page.subarray(MASKS_BYTES, MASKS_BYTES + bits(page.readUInt16BE(0)) * HASH_BYTES)]);
}

/** The child's hash on a shown page: null where there is none, undefined when the page has not the length its mask says. */
export function shownChild(shown: Buffer, digit: number): Buffer | null | undefined {
  if (shown.length < MASK_BYTES) return undefined;
  const mask = shown.readUInt16BE(0);
  if (mask === 0 || shown.length !== MASK_BYTES + bits(mask) * HASH_BYTES) return undefined;
  const at = MASK_BYTES + rank(mask, digit) * HASH_BYTES;
  return has(mask, digit) ? shown.subarray(at, at + HASH_BYTES) : null;
}

export function childHash(page: HeadsPage, digit: number): Buffer | null {
  const mask = page.readUInt16BE(0);
  const at = MASKS_BYTES + rank(mask, digit) * HASH_BYTES;
  return has(mask, digit) ? page.subarray(at, at + HASH_BYTES) : null;
}

/** none: no stream below; leaf: one; page: at least two. */
export function childKind(page: HeadsPage, digit: number): 'none' | 'leaf' | 'page' {
  if (!has(page.readUInt16BE(0), digit)) return 'none';
  return has(page.readUInt16BE(2), digit) ? 'leaf' : 'page';
}

function leafOffset(page: HeadsPage, digit: number): number {
  return MASKS_BYTES + bits(page.readUInt16BE(0)) * HASH_BYTES + rank(page.readUInt16BE(2), digit) * LEAF_BYTES;
}

/** The leaf at a digit whose child is one; a view. */
export function leafAt(page: HeadsPage, digit: number): HeadLeaf {
  const at = leafOffset(page, digit);
  return { key: page.subarray(at, at + HASH_BYTES), value: page.subarray(at + HASH_BYTES, at + LEAF_BYTES) };
}

function withLeaf(page: HeadsPage, digit: number, leaf: HeadLeaf): HeadsPage {
  const mask = page.readUInt16BE(0);
  const hashAt = MASKS_BYTES + rank(mask, digit) * HASH_BYTES;
  const leafStart = leafOffset(page, digit);
  const wider = Buffer.concat([page.subarray(0, hashAt), headLeafHash(leaf), page.subarray(hashAt, leafStart), leaf.key, leaf.value, page.subarray(leafStart)]);
  wider.writeUInt16BE(mask | (1 << digit), 0);
  wider.writeUInt16BE(page.readUInt16BE(2) | (1 << digit), 2);
  return wider;
}

/** Another page takes the leaf's place; its hash is set when that page is settled. */
function withoutLeaf(page: HeadsPage, digit: number): HeadsPage {
  const at = leafOffset(page, digit);
  const narrower = Buffer.concat([page.subarray(0, at), page.subarray(at + LEAF_BYTES)]);
  narrower.writeUInt16BE(page.readUInt16BE(2) & ~(1 << digit), 2);
  return narrower;
}

function replaceLeaf(page: HeadsPage, digit: number, leaf: HeadLeaf): void {
  leaf.value.copy(page, leafOffset(page, digit) + HASH_BYTES);
  (childHash(page, digit) as Buffer).set(headLeafHash(leaf));
}

/** A page on the way to a stream is not among those given. */
export class PageMissing extends Error {
  constructor(readonly path: string) {
    super(`the page ${path === '' ? 'at the root' : path} of the heads is missing`);
    this.name = 'PageMissing';
  }
}

export class HeadsTree {
  private dirty = new Set<string>();

  /** `pages` by path: the hex digits that all keys below share. Those given are changed in place. */
  constructor(readonly pages: Map<string, HeadsPage> = new Map()) {}

  /** Sets the head of a stream; true when the stream is new. The root follows at settle(). */
  put(leaf: HeadLeaf): boolean {
    const digits = leaf.key.toString('hex');
    for (let depth = 0; ; depth += 1) {
      const path = digits.slice(0, depth);
      const page = this.pageAt(path);
      const digit = digitAt(leaf.key, depth);
      this.dirty.add(path);
      const kind = childKind(page, digit);
      if (kind === 'none') {
        this.pages.set(path, withLeaf(page, digit, leaf));
        return true;
      }
      if (kind === 'page') continue;
      const other = leafAt(page, digit);
      if (other.key.equals(leaf.key)) {
        replaceLeaf(page, digit, leaf);
        return false;
      }
      // Two streams share the way so far: both move one page down.
      this.pages.set(digits.slice(0, depth + 1), withLeaf(EMPTY_PAGE, digitAt(other.key, depth + 1), other));
      this.pages.set(path, withoutLeaf(page, digit));
    }
  }

  /** How many pages changed since the last settle(). */
  get touched(): number {
    return this.dirty.size;
  }

  /** Hashes what was touched, from below, and returns the root with the paths of the pages that changed. */
  settle(): { readonly root: Buffer; readonly changed: readonly string[] } {
    const changed = [...this.dirty].sort((a, b) => b.length - a.length);
    this.dirty = new Set();
    for (const path of changed) {
      if (path === '') continue;
      const digit = Number.parseInt(path.at(-1) as string, CHILDREN);
      (childHash(this.pageAt(path.slice(0, -1)), digit) as Buffer).set(pageHash(this.pageAt(path)));
    }
    return { root: this.root(), changed };
  }

  private root(): Buffer {
    const page = this.pages.get('');
    return page === undefined ? NO_HEADS : pageHash(page);
  }

  /** The path of the first page that is on the way to a key but not among those given; null when all are. */
  missing(key: Buffer): string | null {
    const digits = key.toString('hex');
    for (let depth = 0; ; depth += 1) {
      const page = this.pages.get(digits.slice(0, depth));
      if (page === undefined) return depth === 0 ? null : digits.slice(0, depth);
      if (childKind(page, digitAt(key, depth)) !== 'page') return null;
    }
  }

  private pageAt(path: string): HeadsPage {
    const page = this.pages.get(path);
    if (page !== undefined) return page;
    if (path !== '') throw new PageMissing(path);
    return EMPTY_PAGE;
  }
}
