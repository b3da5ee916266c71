/**
 * The stored pages of the tree of stream heads, and which of them belong to a heads entry that is in the log. Refuses pages
 * that are not what the page above them, or the entry, says: they were changed behind the ledger's back.
 */
import type { QueryResultRow } from 'pg';
import { childHash, childKind, NO_HEADS, pageHash, type HeadsPage, type HeadsTree } from '../log/heads-tree';

/** A pool, a connection, or a request's own transaction. */
export interface HeadsSource {
  query<R extends QueryResultRow>(statement: { readonly name?: string; readonly text: string; readonly values: unknown[] }): Promise<{ readonly rows: R[] }>;
}

/** A heads entry that is in the log. */
export interface CommittedHeads {
  readonly version: number;
  /** Of the entry; the heads are those of the tree of this size. */
  readonly index: number;
  readonly root: Buffer;
  readonly streams: number;
}

/** Before the first heads entry. */
export const NO_COMMITTED_HEADS: CommittedHeads = { version: 0, index: -1, root: NO_HEADS, streams: 0 };

interface HeadsRow {
  readonly version: string | number;
  readonly index: string | number;
  readonly root: Buffer;
  readonly streams: string | number;
}

const COMMITTED = `select heads.version, heads.index, heads.root, heads.streams from heads
  join entry on entry.index = heads.index and entry.idempotency_key = heads.event_id`;

/** The last heads entry of the log below a tree size; NO_COMMITTED_HEADS when there is none. */
export async function lastHeads(database: HeadsSource, below: number = Number.MAX_SAFE_INTEGER): Promise<CommittedHeads> {
  const { rows } = await database.query<HeadsRow>({ text: `${COMMITTED} where heads.index < $1 order by heads.version desc limit 1`, values: [below] });
  return toHeads(rows[0]);
}

/** A heads entry that is the last entry under a published checkpoint. */
export interface SignedHeads extends CommittedHeads {
  /** Of the entry, verbatim. */
  readonly bytes: Buffer;
}

/** The last two of them, newest first: the pages of older ones are gone. */
export async function signedHeads(database: HeadsSource): Promise<SignedHeads[]> {
  const { rows } = await database.query<HeadsRow & { bytes: Buffer }>({ text: 'select version, index, root, streams, bytes from signed_heads() order by version desc', values: [] });
  return rows.map((row) => ({ ...toHeads(row), bytes: row.bytes }));
}

function toHeads(row: HeadsRow | undefined): CommittedHeads {
  if (row === undefined) return NO_COMMITTED_HEADS;
  return { version: Number(row.version), index: Number(row.index), root: row.root, streams: Number(row.streams) };
}

/** Somebody changed a page, or it belongs to another version than the one asked for. */
export class HeadsPageWrong extends Error {
  constructor(path: string) {
    super(`the stored page ${path === '' ? 'at the root' : path} of the stream heads is not what it has to be`);
    this.name = 'HeadsPageWrong';
  }
}

/** A page is the newer one when that belongs to the version asked for or to one before it. */
export const PAGE_AT = (version: string): string => `case when version <= ${version} then bytes when older_version <= ${version} then older_bytes end`;
const PAGES = `select path, ${PAGE_AT('$2')} as bytes from heads_page where path = any($1)`;
/** Random keys share some log16 digits; asking for a few more pages than there are costs less than asking twice. */
const FIRST_LEVELS = 3;
const MORE_LEVELS = 2;

export type HeadsState = Pick<CommittedHeads, 'version' | 'root' | 'streams'>;

/** The pages at these paths, as far as there are any. */
export type PageReader = (paths: readonly string[]) => Promise<readonly StoredPage[]>;

interface StoredPage {
  readonly path: string;
  readonly bytes: HeadsPage | null;
}

/** Adds to a tree the pages on the way to these keys, each checked against the one above it, the first against `root`. */
export async function loadPages(database: HeadsSource, tree: HeadsTree, at: HeadsState, keys: readonly Buffer[]): Promise<void> {
  await loadPagesFrom(async (paths) => (await database.query<StoredPage>({ name: 'heads_pages', text: PAGES, values: [paths, at.version] })).rows, tree, at, keys);
}

/** The same from wherever the pages are kept. */
export async function loadPagesFrom(read: PageReader, tree: HeadsTree, at: Pick<HeadsState, 'root' | 'streams'>, keys: readonly Buffer[]): Promise<void> {
  if (at.streams === 0) return;
  for (let wanted = firstPaths(tree, at, keys); wanted.size > 0; wanted = missingPaths(tree, keys)) {
    const before = tree.pages.size;
    addPages(await read([...wanted]), tree, at.root, wanted);
    if (tree.pages.size === before) throw new HeadsPageWrong([...wanted][0] as string);
  }
}

function firstPaths(tree: HeadsTree, { streams }: Pick<HeadsState, 'streams'>, keys: readonly Buffer[]): Set<string> {
  if (tree.pages.size > 0) return missingPaths(tree, keys);
  const levels = FIRST_LEVELS + Math.ceil(Math.log2(streams) / 4);
  return new Set(['', ...keys.flatMap((key) => pathsOf(key.toString('hex'), 1, levels - 1))]);
}

function missingPaths(tree: HeadsTree, keys: readonly Buffer[]): Set<string> {
  return new Set(
    keys.flatMap((key) => {
      const path = tree.missing(key);
      return path === null ? [] : pathsOf(key.toString('hex'), path.length, path.length + MORE_LEVELS - 1);
    }),
  );
}

function pathsOf(digits: string, shortest: number, longest: number): string[] {
  return Array.from({ length: longest - shortest + 1 }, (_, i) => digits.slice(0, shortest + i));
}

function addPages(rows: readonly StoredPage[], tree: HeadsTree, root: Buffer, paths: ReadonlySet<string>): void {
  if (paths.has('') && !rows.some(({ path }) => path === '')) throw new HeadsPageWrong('');
  // Shortest first: a page is compared with what the one above it says, which must be there and checked.
  for (const { path, bytes } of [...rows].sort((a, b) => a.path.length - b.path.length)) {
    const above = tree.pages.get(path.slice(0, -1));
    const expected = path === '' ? root : above === undefined ? null : childPage(above, path);
    // A page that this version has, but an older one above it does not name, is of a later version.
    if (expected === null && bytes === null) continue;
    if (expected === null || bytes === null || !pageHash(bytes).equals(expected)) throw new HeadsPageWrong(path);
    tree.pages.set(path, bytes);
  }
}

function childPage(above: HeadsPage, path: string): Buffer | null {
  const digit = Number.parseInt(path.at(-1) as string, 16);
  return childKind(above, digit) === 'page' ? childHash(above, digit) : null;
}
