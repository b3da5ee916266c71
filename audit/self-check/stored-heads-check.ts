/**
 * The stored pages of stream heads against the stream tables, a few hundred streams at a time: the end of each stream must be
 * where the pages lead under the root of the last heads entry. Constant memory, and each look sees one state of a ledger at
 * work. Does not derive the roots of earlier heads entries; derived-heads.ts does.
 */
import type { Pool } from 'pg';
import { parseEntry } from '../log/entry';
import { HEADS_TYPE, readHeadsFacts } from '../log/heads-event';
import { childKind, digitAt, HeadsTree, leafAt, type HeadLeaf } from '../log/heads-tree';
import { headLeafOf } from '../reader/heads-links';
import { inSnapshot } from '../reader/snapshot';
import type { Statements } from '../reader/stored-entries';
import { HeadsPageWrong, lastHeads, loadPages, type CommittedHeads } from '../reader/stored-heads';
import { decodeLinks, parseLink } from '../reader/stored-links';
import { differ, type CheckedEntry } from './checked-row';
import type { HeadsCheck, SelfCheckMark } from './self-check';

interface StreamEnd {
  readonly stream: string;
  readonly leaf_hash: Buffer;
  readonly links: Buffer;
}

const STEP = 256;
const ENDS = `with ends as (
    select stream, max(n) as n from stream_entry where stream > $1 and index < $2 group by stream order by stream limit ${STEP}
  )
  select ends.stream, entry.leaf_hash, entry.links from ends join stream_entry using (stream, n) join entry using (index) order by ends.stream`;
const ENTRY_AT = 'select bytes from entry where index = $1';

export class StoredHeads implements HeadsCheck {
  constructor(private readonly pool: Pool) {}

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async accept({ entry }: CheckedEntry): Promise<void> {
    if (entry.event.type !== HEADS_TYPE || readHeadsFacts(entry) !== null) return;
    differ({ table: 'entry', check: 'a heads entry states root, size and number of streams', at: `index ${entry.index}`, expected: 'facts of a heads entry', got: 'others' });
  }

  async finish(mark: SelfCheckMark, onStream: (headsAfter: string) => Promise<void>): Promise<void> {
    for (let after: string | null = mark.headsAfter; after !== null; ) {
      const from: string = after;
      after = await inSnapshot(this.pool, (database) => checkStep(database, from));
      if (after !== null) await onStream(after);
    }
  }
}

/** The name of the last stream compared; null when there is none after `from`. */
async function checkStep(database: Statements, from: string): Promise<string | null> {
  const last = await lastHeads(database);
  if (last.index < 0) return null;
  await checkCommitted(database, last);
  const { rows } = await database.query<StreamEnd>(ENDS, [from, last.index]);
  const leaves = rows.map(toLeaf);
  const tree = new HeadsTree();
  await loading(last, () => loadPages(database, tree, last, leaves.map(({ key }) => key)));
  rows.forEach(({ stream }, i) => checkEnd(tree, leaves[i] as HeadLeaf, `the end of a ${stream.split(':')[0]} stream, index ${last.index}`));
  return rows.at(-1)?.stream ?? null;
}

/** Pages lead to the root in their own table; the one that counts is in the entry. */
async function checkCommitted(database: Statements, { index, root, streams }: CommittedHeads): Promise<void> {
  const { rows } = await database.query<{ bytes: Buffer }>(ENTRY_AT, [index]);
  const facts = rows[0] === undefined ? null : readHeadsFacts(parseEntry(rows[0].bytes));
  const [expected, got] = [`${facts?.root} over ${facts?.streams} streams`, `${root.toString('base64url')} over ${streams} streams`];
  if (expected !== got) differ({ table: 'heads', check: 'the last heads are those of the log', at: `index ${index}`, expected, got });
}

function toLeaf({ stream, leaf_hash: leaf, links }: StreamEnd): HeadLeaf {
  const link = decodeLinks(links).find((text) => parseLink(text).stream === stream);
  if (link === undefined) return differ({ table: 'stream_entry', check: 'a link has its place in the stream', at: `the end of a ${stream.split(':')[0]} stream`, expected: 'an entry with a link into it', got: 'none' });
  return headLeafOf(stream, link, leaf);
}

async function loading(last: CommittedHeads, load: () => Promise<void>): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (!(error instanceof HeadsPageWrong)) throw error;
    differ({ table: 'heads_page', check: 'a page holds the heads of its streams', at: `version ${last.version}, index ${last.index}`, expected: 'the page the one above it names', got: error.message });
  }
}

function checkEnd(tree: HeadsTree, { key, value }: HeadLeaf, at: string): void {
  const stored = leafOn(tree, key);
  if (stored?.key.equals(key) === true && stored.value.equals(value)) return;
  differ({ table: 'heads_page', check: 'a page holds the heads of its streams', at, expected: 'its last entry', got: stored === null ? 'nothing' : 'another' });
}

function leafOn(tree: HeadsTree, key: Buffer): HeadLeaf | null {
  const digits = key.toString('hex');
  for (let depth = 0; ; depth += 1) {
    const page = tree.pages.get(digits.slice(0, depth));
    if (page === undefined) return null;
    const digit = digitAt(key, depth);
    const kind = childKind(page, digit);
    if (kind !== 'page') return kind === 'leaf' ? leafAt(page, digit) : null;
  }
}
