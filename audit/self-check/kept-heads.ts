/**
 * Re-derives the heads of all streams from the links of the entries in constant memory: the pages derived so far stand in a scratch
 * table that the check alone writes. Compares the root in every heads entry and, at the end, every stored page. Believes the
 * scratch table no more than any other: each page read from it must be what the one above it says.
 */
import type { Pool, PoolClient } from 'pg';
import { rest } from '../../kernel/rest';
import { workerTransaction } from '../../kernel/worker-transaction';
import { HEADS_TYPE } from '../log/heads-event';
import { HeadsTree, NO_HEADS, type HeadLeaf, type HeadsPage } from '../log/heads-tree';
import { headLeafOf, readHeads } from '../reader/heads-links';
import { inSnapshot } from '../reader/snapshot';
import { HeadsPageWrong, lastHeads, loadPagesFrom, PAGE_AT, type CommittedHeads, type HeadsState, type PageReader } from '../reader/stored-heads';
import { differ, type CheckedEntry } from './checked-row';
import { checkCommitted, checkHeadsEntry, type HeadsCheck } from './heads-check';
import type { SelfCheckMark } from './self-check';

/** The tree over the heads of the entries below `covered`, as its pages were last stored. Plain JSON. */
export interface HeadsMark {
  readonly covered: number;
  /** base64. */
  readonly root: string;
  readonly streams: number;
}

/** The scratch table is not what the mark says: a crash emptied it, or somebody changed it. Nothing is wrong with the ledger. */
export class ScratchLost extends Error {
  constructor() {
    super('the pages of an interrupted check are gone; it begins again');
    this.name = 'ScratchLost';
  }
}

/** Pages changed before they are to be stored: rewriting the upper ones after each batch would be most of the work. */
const STORE_PAGES = 4_096;
/** Some 30 MB. */
const REMEMBERED_PAGES = 65_536;
const STEP = 256;
const KEPT = 'select path, bytes from self_check_page where path = any($1)';
const KEEP = `insert into self_check_page (path, bytes) select row.path, substr($1::bytea, row.start, row.bytes) from unnest($2::text[], $3::int[], $4::int[]) row(path, start, bytes)
  on conflict (path) do update set bytes = excluded.bytes`;
/** Whatever either table has of the next paths, where they differ; a page of a later version only has no bytes of this one. */
const DIFFERENCES = `with kept as (
    select path, bytes from self_check_page where path >= $2 order by path limit ${STEP}
  ), upper as (
    select case when count(*) = ${STEP} then max(path) end as path from kept
  ), stored as (
    select path, ${PAGE_AT('$1')} as bytes from heads_page where path >= $2 and ((select path from upper) is null or path <= (select path from upper))
  )
  select (select path from upper) as upper, (select min(path) from kept full join stored using (path) where kept.bytes is distinct from stored.bytes) as different`;

/** A tree whose last entries no heads entry speaks of yet: the hub writes one within a second of its next checkpoint. */
const LATER_MS = 1_000;

export class KeptHeads implements HeadsCheck {
  private tree = new HeadsTree();
  private covered = 0;
  private streams = 0;
  /** As of the pages in the table; those in memory may be ahead. */
  private stored: Pick<HeadsState, 'root' | 'streams'> = { root: NO_HEADS, streams: 0 };
  private readonly changed = new Set<string>();

  constructor(
    private readonly pool: Pool,
    private readonly signal: AbortSignal,
  ) {}

  /** So much has changed that it should be stored now. */
  get isFull(): boolean {
    return this.tree.touched + this.changed.size >= STORE_PAGES;
  }

  async begin({ next, heads }: SelfCheckMark): Promise<void> {
    if (next === 0) return void (await this.pool.query('truncate self_check_page'));
    if (heads?.covered !== next) throw new ScratchLost();
    this.covered = next;
    this.streams = heads.streams;
    this.stored = { root: Buffer.from(heads.root, 'base64'), streams: heads.streams };
    await this.load([NO_HEADS]);
  }

  async accept(checked: readonly CheckedEntry[]): Promise<void> {
    const leaves = checked.map(({ leaf, links }) => links.map(({ text, stream }) => headLeafOf(stream, text, leaf)));
    await this.load(leaves.flat().map(({ key }) => key));
    checked.forEach(({ entry }, i) => {
      if (entry.event.type === HEADS_TYPE) checkHeadsEntry(entry, this.settle());
      this.put(leaves[i] as HeadLeaf[]);
    });
    this.covered += checked.length;
  }

  /** Stores what changed since the last time, in the transaction that keeps the mark. */
  async store(client: PoolClient): Promise<HeadsMark> {
    const { root, streams } = (this.stored = this.settle());
    const pages = [...this.changed].map((path) => [path, this.tree.pages.get(path) as HeadsPage] as const);
    this.changed.clear();
    const starts: number[] = [];
    pages.reduce((next, [, page]) => (starts.push(next), next + page.length), 1);
    await client.query(KEEP, [Buffer.concat(pages.map(([, page]) => page)), pages.map(([path]) => path), starts, pages.map(([, page]) => page.length)]);
    if (this.tree.pages.size > REMEMBERED_PAGES) this.tree = new HeadsTree();
    return { covered: this.covered, root: root.toString('base64'), streams };
  }

  /** The stored pages are those of the last heads entry, and a ledger at work writes a new one any moment: each look follows it. */
  async finish(giveWay: () => Promise<void>): Promise<void> {
    for (let from: string | null = ''; from !== null; await giveWay()) {
      const last = await lastHeads(this.pool);
      if (last.index < this.covered - 1) {
        await rest(LATER_MS, this.signal);
        continue;
      }
      await this.advance(last.index);
      await workerTransaction(this.pool, (client) => this.store(client));
      from = await this.compareStep(last, from);
    }
  }

  private async advance(until: number): Promise<void> {
    for (; this.covered < until; this.covered = Math.min(this.covered + STEP, until)) {
      const leaves = await readHeads(this.pool, this.covered, Math.min(this.covered + STEP, until));
      await this.load(leaves.map(({ key }) => key));
      this.put(leaves);
    }
  }

  /** Where to go on; null at the end. */
  private async compareStep(last: CommittedHeads, from: string): Promise<string | null> {
    return inSnapshot(this.pool, async (database) => {
      const { version, index } = await lastHeads(database);
      if (version !== last.version) return from;
      checkCommitted(last, this.settle());
      const { rows } = await database.query<{ upper: string | null; different: string | null }>(DIFFERENCES, [version, from]);
      const { upper, different } = rows[0]!;
      if (different !== null) differ({ table: 'heads_page', check: 'a page holds the heads of its streams', at: `path ${different}, version ${version}, index ${index}`, expected: 'the heads of its streams', got: 'another page, or none' });
      // No path but the next one lies between a path and the same with a zero behind it.
      return upper === null ? null : `${upper}0`;
    });
  }

  private put(leaves: readonly HeadLeaf[]): void {
    for (const leaf of leaves) if (this.tree.put(leaf)) this.streams += 1;
  }

  private settle(): Pick<HeadsState, 'root' | 'streams'> {
    const { root, changed } = this.tree.settle();
    for (const path of changed) this.changed.add(path);
    return { root: this.tree.pages.size === 0 ? this.stored.root : root, streams: this.streams };
  }

  private async load(keys: readonly Buffer[]): Promise<void> {
    const read: PageReader = async (paths) => (await this.pool.query<{ path: string; bytes: HeadsPage }>({ name: 'kept_heads_pages', text: KEPT, values: [[...paths]] })).rows;
    try {
      await loadPagesFrom(read, this.tree, this.stored, keys);
    } catch (error) {
      throw error instanceof HeadsPageWrong ? new ScratchLost() : error;
    }
  }
}
