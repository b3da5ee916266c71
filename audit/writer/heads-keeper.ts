/**
 * Keeps the tree of stream heads and writes the heads entry before a checkpoint is signed. Works beside the writer, outside its
 * transactions: it catches up with the log first and lets the writer stand still only for the last entries. What it had not
 * finished is void and made again; a root in the log is never made from pages that do not agree with the one before.
 */
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import { readHeads } from '../reader/heads-links';
import type { RecentEntries } from '../reader/recent-entries';
import { HeadsPageWrong, loadHeadsTree, type CommittedHeads } from '../reader/stored-heads';
import { headsIntake } from './heads-intake';
import { takeTurn, writePages, type PlannedHeads } from './heads-pages';
import type { Intake } from './intake';
import { BrokenInvariant } from './ledger-state';
import type { LedgerWriter } from './writer';

export interface HeadsKeeperOptions {
  readonly pool: Pool;
  readonly recent: RecentEntries;
  readonly writer: Pick<LedgerWriter, 'epoch' | 'appendNext'>;
  readonly clock: () => Date;
}

/** What one heads entry took. */
export interface HeadsCost {
  readonly entries: number;
  readonly streams: number;
  readonly pages: number;
  /** From the first statement to the receipt of the heads entry, and how long the writer stood still for it. */
  readonly ms: number;
  readonly standstillMs: number;
}

/** The heads of entries below `covered`, in pages of the version that the next heads entry will have. */
interface Work {
  readonly epoch: number;
  readonly before: CommittedHeads;
  readonly version: number;
  covered: number;
  root: Buffer;
  streams: number;
  touched: number;
  pages: number;
}

/** Entries of one step: some milliseconds, because the writer shares this thread. */
const STEP = 128;
/** So few entries are done while the writer stands still. */
const STANDSTILL_ENTRIES = 64;
/** A round that leaves more than this share of its work undone is no catching up: the log grows faster. */
const CATCHING_UP = 0.75;

function workOn(before: CommittedHeads, epoch: number): Work {
  return { epoch, before, version: before.version + 1, covered: before.index + 1, root: before.root, streams: before.streams, touched: 0, pages: 0 };
}

export class HeadsKeeper {
  private work: Work | null = null;
  /** Of the last heads entry written by this keeper. */
  lastCost: HeadsCost | null = null;

  constructor(private readonly options: HeadsKeeperOptions) {}

  /**
   * The tree size whose last entry is a heads entry and the log's last: written now, unless nothing came since the last one.
   * Null when the log grows faster than the heads can follow; the next call goes on from here. `isNeeded`: then the writer
   * waits instead.
   */
  async commit(isNeeded: boolean): Promise<number | null> {
    try {
      const work = (this.work ??= workOn(await takeTurn(this.options.pool, this.options.writer.epoch), this.options.writer.epoch));
      if (this.options.recent.size === work.before.index + 1) return this.options.recent.size;
      const began = performance.now();
      if (!(await this.catchUp(work)) && !isNeeded) return null;
      return await this.append(work, began);
    } catch (error) {
      // How far the pages got is not known: what is not committed is removed and made again.
      this.work = null;
      throw error instanceof HeadsPageWrong ? new BrokenInvariant(error.message, { cause: error }) : error;
    }
  }

  /** False when the log outran it. */
  private async catchUp(work: Work): Promise<boolean> {
    for (let behind = this.options.recent.size - work.covered; behind > STANDSTILL_ENTRIES; ) {
      const until = this.options.recent.size;
      while (work.covered < until) await this.cover(work, Math.min(work.covered + STEP, until), null);
      const left = this.options.recent.size - work.covered;
      if (left > STANDSTILL_ENTRIES && left > behind * CATCHING_UP) return false;
      behind = left;
    }
    return true;
  }

  private async append(work: Work, began: number): Promise<number | null> {
    let stoodStill = 0;
    let planned: PlannedHeads | null = null;
    const result = await this.options.writer.appendNext(async (size) => {
      const stands = performance.now();
      const { intake, eventId } = await this.plan(work, size);
      planned = { index: size, root: work.root, streams: work.streams, eventId };
      stoodStill = performance.now() - stands;
      return intake;
    });
    if (!result.ok || planned === null) {
      // The writer had to begin anew and others were first.
      this.work = null;
      return null;
    }
    const { index, root, streams } = planned as PlannedHeads;
    this.lastCost = { entries: index - work.before.index - 1, streams: work.touched, pages: work.pages, ms: performance.now() - began, standstillMs: stoodStill };
    this.work = workOn({ version: work.version, index, root, streams }, work.epoch);
    return index + 1;
  }

  /** With the writer standing at `size`: the rest of the pages, and the entry that commits to them. */
  private async plan(work: Work, size: number): Promise<{ intake: Intake; eventId: string }> {
    while (work.covered + STEP < size) await this.cover(work, work.covered + STEP, null);
    let intake: Intake | null = null;
    await this.cover(work, size, ({ root, streams }) => {
      intake = headsIntake({ root, size, streams }, this.options.clock());
      return { index: size, root, streams, eventId: intake.key };
    });
    const made = intake as Intake | null;
    if (made === null) throw new Error('a heads entry was not planned');
    return { intake: made, eventId: made.key };
  }

  /** Brings the pages up to the tree of size `until`; `plan` makes the row of the entry that they belong to. */
  private async cover(work: Work, until: number, plan: ((now: Pick<Work, 'root' | 'streams'>) => PlannedHeads) | null): Promise<void> {
    const { pool } = this.options;
    const heads = await readHeads(pool, work.covered, until);
    const at = { version: work.version, root: work.root, streams: work.streams };
    const tree = await loadHeadsTree(pool, at, heads.map(({ key }) => key));
    let added = 0;
    for (const head of heads) if (tree.put(head)) added += 1;
    const { root, changed } = heads.length === 0 ? { root: work.root, changed: [] } : tree.settle();
    const now = { root, streams: work.streams + added };
    const pages = changed.map((path) => [path, tree.pages.get(path) as Buffer] as const);
    if (pages.length > 0 || plan !== null) await writePages(pool, work, pages, plan?.(now) ?? null);
    Object.assign(work, now, { covered: until, touched: work.touched + heads.length, pages: work.pages + pages.length });
  }
}
