/**
 * Re-derives the heads of all streams from the links of the entries: the root that each heads entry states, and every stored
 * page of the last one. Keeps the whole tree in memory, some 350 bytes a stream.
 */
import type { Pool } from 'pg';
import { HEADS_TYPE, readHeadsFacts } from '../log/heads-event';
import { HeadsTree } from '../log/heads-tree';
import { headLeafOf, readHeads } from '../reader/heads-links';
import { differ, type CheckedEntry } from './checked-row';
import { inSnapshot } from '../reader/snapshot';
import { lastHeads, NO_COMMITTED_HEADS, PAGE_AT, type CommittedHeads } from '../reader/stored-heads';
import type { HeadsCheck, SelfCheckMark } from './self-check';
import type { Statements } from '../reader/stored-entries';

interface StoredPage {
  readonly path: string;
  readonly bytes: Buffer | null;
}

const STEP = 512;
/** Also pages that only a later version has: without bytes of this one, which is right as long as this version has none there. */
const PAGES = `select path, ${PAGE_AT('$1')} as bytes from heads_page where path >= $2 order by path limit ${STEP}`;

export class DerivedHeads implements HeadsCheck {
  private readonly tree = new HeadsTree();
  private streams = 0;
  private last: CommittedHeads = NO_COMMITTED_HEADS;

  constructor(private readonly pool: Pool) {}

  /** Entries below `next` an earlier check has found to be right; their links are taken as they are. */
  async begin({ next }: SelfCheckMark): Promise<void> {
    await this.advance(this.pool, 0, next);
    this.last = await lastHeads(this.pool);
  }

  async accept({ entry, leaf, links }: CheckedEntry): Promise<void> {
    if (entry.event.type === HEADS_TYPE) this.checkEntry(entry);
    if (entry.index === this.last.index) await this.checkStored(entry.index, false);
    for (const { text, stream } of links) if (this.tree.put(headLeafOf(stream, text, leaf))) this.streams += 1;
  }

  async finish({ next }: SelfCheckMark): Promise<void> {
    await this.checkStored(next, true);
  }

  private checkEntry(entry: CheckedEntry['entry']): void {
    const at = `index ${entry.index}`;
    const facts = readHeadsFacts(entry);
    const expected = `${this.tree.settle().root.toString('base64url')} over ${this.streams} streams`;
    const got = facts === null ? 'no facts of a heads entry' : `${facts.root} over ${facts.streams} streams`;
    if (expected !== got) differ({ table: 'entry', check: 'a heads entry commits to the heads of all streams before it', at, expected, got });
  }

  /**
   * Stored pages are those of the last heads entry only, and a ledger at work writes a new one any moment: compared when the
   * tree here is that of the last one, or, at the end of a check, when the last one lies ahead: then entries up to it are taken.
   */
  private async checkStored(next: number, isEnd: boolean): Promise<void> {
    await inSnapshot(this.pool, async (client) => {
      const last = await lastHeads(client);
      if (isEnd) await this.advance(client, next, last.index);
      if (last.index === next || (isEnd && last.index > next)) await this.comparePages(client, last);
    });
  }

  private async advance(database: Statements, from: number, until: number): Promise<void> {
    for (let at = from; at < until; at += STEP) {
      for (const leaf of await readHeads(database, at, Math.min(at + STEP, until))) if (this.tree.put(leaf)) this.streams += 1;
    }
  }

  private async comparePages(client: Statements, { index, version, root, streams }: CommittedHeads): Promise<void> {
    const derived = this.tree.settle().root;
    const at = `version ${version}, index ${index}`;
    const [expected, got] = [`${derived.toString('base64url')} over ${this.streams} streams`, `${root.toString('base64url')} over ${streams} streams`];
    if (expected !== got) differ({ table: 'heads', check: 'the last heads are those of the log', at, expected, got });
    let compared = 0;
    for (let from: string | null = ''; from !== null; ) {
      const { rows }: { rows: StoredPage[] } = await client.query<StoredPage>(PAGES, [version, from]);
      for (const { path, bytes } of rows) {
        if (bytes === null) continue;
        if (this.tree.pages.get(path)?.equals(bytes) !== true) differ({ table: 'heads_page', check: 'a page holds the heads of its streams', at: `path ${path}, ${at}`, expected: this.tree.pages.has(path) ? 'the heads of its streams' : 'no page', got: 'another page' });
        compared += 1;
      }
      // No path but the next one lies between a path and the same with a zero behind it.
      from = rows.length < STEP ? null : `${rows.at(-1)?.path}0`;
    }
    if (compared !== this.tree.pages.size) differ({ table: 'heads_page', check: 'every page is stored', at, expected: String(this.tree.pages.size), got: String(compared) });
  }
}
