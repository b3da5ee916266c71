/**
 * Re-derives the heads of all streams from the links of the entries: the root that each heads entry states, and every stored
 * page of the last one. Keeps the whole tree in memory, some 350 bytes a stream.
 */
import type { Pool } from 'pg';
import { HEADS_TYPE } from '../log/heads-event';
import { HeadsTree } from '../log/heads-tree';
import { headLeafOf, readHeads } from '../reader/heads-links';
import { differ, type CheckedEntry } from './checked-row';
import { inSnapshot } from '../reader/snapshot';
import { lastHeads, NO_COMMITTED_HEADS, PAGE_AT, type CommittedHeads } from '../reader/stored-heads';
import { checkCommitted, checkHeadsEntry, type HeadsCheck } from './heads-check';
import type { SelfCheckMark } from './self-check';
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
  /** The entry after the last one accepted. */
  private next = 0;
  private last: CommittedHeads = NO_COMMITTED_HEADS;

  constructor(private readonly pool: Pool) {}

  /** Entries below `next` an earlier check has found to be right; their links are taken as they are. */
  async begin({ next }: SelfCheckMark): Promise<void> {
    await this.advance(this.pool, 0, next);
    this.next = next;
    this.last = await lastHeads(this.pool);
  }

  async accept(checked: readonly CheckedEntry[]): Promise<void> {
    for (const one of checked) await this.acceptOne(one);
  }

  async finish(): Promise<void> {
    await this.checkStored(this.next, true);
  }

  private async acceptOne({ entry, leaf, links }: CheckedEntry): Promise<void> {
    if (entry.event.type === HEADS_TYPE) checkHeadsEntry(entry, { root: this.tree.settle().root, streams: this.streams });
    if (entry.index === this.last.index) await this.checkStored(entry.index, false);
    this.next = entry.index + 1;
    for (const { text, stream } of links) if (this.tree.put(headLeafOf(stream, text, leaf))) this.streams += 1;
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

  private async comparePages(client: Statements, last: CommittedHeads): Promise<void> {
    const { index, version } = last;
    const at = `version ${version}, index ${index}`;
    checkCommitted(last, { root: this.tree.settle().root, streams: this.streams });
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
