/**
 * The proof that a stream's last entry is this one, or that a stream has none, under the root of a heads entry. Reads strictly:
 * one spelling per proof. Says nothing about where the root comes from.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { digestDisclosure, isDigest, isStream, parseDisclosure } from './commitment';
import { isExactly } from './event-shape';
import { FormatError } from './format-error';
import { childKind, digitAt, headLeafHash, headValue, KEY_DIGITS, leafAt, shownChild, shownPage, shownPageHash, streamKey, type HeadLeaf, type HeadsTree } from './heads-tree';
import { decodeBase64 } from './note';
import { HASH_BYTES } from './tree';
import { fail } from './verdict';

/** The last entry of a stream: the disclosure of its link there and its leaf hash, base64url. */
export interface StreamHead {
  readonly link: string;
  readonly leaf: string;
}

/**
 * `end`: what stands where the pages lead. The stream's head; or, for a stream without entries, nothing or the leaf of
 * another stream, whose name its key does not tell.
 */
export interface HeadProof {
  readonly stream: string;
  /** From the root down, as hashed. */
  readonly pages: readonly Buffer[];
  readonly end: StreamHead | HeadLeaf | null;
}

/** n = 0 and no leaf: the stream has no entry. */
export interface ProvenHead {
  readonly n: number;
  /** base64url leaf hash of entry n. */
  readonly leaf: string | null;
}

const isHead = (end: StreamHead | HeadLeaf): end is StreamHead => 'link' in end;

/** From a tree that holds every page on the way; `head` null for a stream without entries. */
export function proveHead(tree: HeadsTree, stream: string, head: StreamHead | null): HeadProof {
  const key = streamKey(stream);
  const digits = key.toString('hex');
  const pages: Buffer[] = [];
  for (let depth = 0; ; depth += 1) {
    const page = tree.pages.get(digits.slice(0, depth));
    if (page === undefined) return { stream, pages, end: null };
    pages.push(shownPage(page));
    const digit = digitAt(key, depth);
    const kind = childKind(page, digit);
    if (kind === 'none') return { stream, pages, end: null };
    if (kind === 'page') continue;
    const leaf = leafAt(page, digit);
    return { stream, pages, end: leaf.key.equals(key) ? head : { key: Buffer.from(leaf.key), value: Buffer.from(leaf.value) } };
  }
}

/** What the proof shows under this root, or null when it shows nothing. */
export function openHeadProof(root: Buffer, { stream, pages, end }: HeadProof): ProvenHead | null {
  const key = streamKey(stream);
  if (pages.length === 0 || pages.length > KEY_DIGITS) return null;
  let reached: Buffer | null = root;
  for (const [depth, page] of pages.entries()) {
    const child = shownChild(page, digitAt(key, depth));
    if (reached === null || child === undefined || !shownPageHash(page).equals(reached)) return null;
    reached = child;
  }
  if (reached === null) return end === null ? { n: 0, leaf: null } : null;
  if (end === null) return null;
  return isHead(end) ? openHead(reached, key, stream, end) : openOther(reached, key, end, pages.length);
}

function openHead(reached: Buffer, key: Buffer, stream: string, { link, leaf }: StreamHead): ProvenHead | null {
  const disclosure = readLink(link);
  if (disclosure?.stream !== stream) return null;
  const value = headValue(digestDisclosure(link), leaf);
  return headLeafHash({ key, value }).equals(reached) ? { n: disclosure.n, leaf } : null;
}

/** Another stream alone stands where this one would: it shares the digits so far, and it is not this one. */
function openOther(reached: Buffer, key: Buffer, other: HeadLeaf, depth: number): ProvenHead | null {
  const onTheWay = other.key.toString('hex').startsWith(key.toString('hex').slice(0, depth));
  return onTheWay && !other.key.equals(key) && headLeafHash(other).equals(reached) ? { n: 0, leaf: null } : null;
}

function readLink(text: string): { readonly stream: string; readonly n: number } | null {
  try {
    const disclosure = parseDisclosure(text);
    return disclosure.form === 'link' ? disclosure : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** One line of a heads file. */
export function formatHeadProof({ stream, pages, end }: HeadProof): string {
  return `${canonicalize({ end: end === null ? null : shownEnd(end), pages: pages.map((page) => page.toString('base64')), stream })}\n`;
}

function shownEnd(end: StreamHead | HeadLeaf): JsonValue {
  return isHead(end) ? { leaf: end.leaf, link: end.link } : { key: end.key.toString('base64'), value: end.value.toString('base64') };
}

/** The lines of a heads file, one a stream. */
export function parseHeadProofs(text: string, streams: number, file: string): HeadProof[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length !== streams) fail('completeness', { code: 'HEAD_PROOF_MALFORMED', file, expected: `${streams} lines`, got: `${lines.length} lines` });
  return lines.map((line, at) => parseHeadProof(line) ?? fail('completeness', { code: 'HEAD_PROOF_MALFORMED', file, detail: `line ${at + 1}` }));
}

/** Null when the line is not exactly one. */
export function parseHeadProof(line: string): HeadProof | null {
  const value = parseCanonicalText(line);
  if (!isExactly(value, ['end', 'pages', 'stream'])) return null;
  const { pages, stream } = value;
  if (!isStream(stream) || !Array.isArray(pages)) return null;
  const end = readEnd(value['end'] as JsonValue);
  const shown = (pages as readonly JsonValue[]).map((page) => (typeof page === 'string' ? decodeBase64(page) : null));
  return end === undefined || !shown.every((page) => page !== null) ? null : { stream, pages: shown, end };
}

function readEnd(value: JsonValue): HeadProof['end'] | undefined {
  if (value === null) return null;
  if (isExactly(value, ['leaf', 'link'])) {
    const { leaf, link } = value;
    return isDigest(leaf) && typeof link === 'string' ? { leaf, link } : undefined;
  }
  if (!isExactly(value, ['key', 'value'])) return undefined;
  const [key, opened] = [value['key'], value['value']].map((text) => (typeof text === 'string' ? decodeBase64(text) : null));
  return key?.length === HASH_BYTES && opened?.length === HASH_BYTES ? { key, value: opened } : undefined;
}
