/**
 * Keeps the tree of stream heads and writes the heads entry before a checkpoint is signed. Works beside the writer, outside its
 * transactions: it catches up with the log first and lets the writer stand still only for the last entries. What it had not
 * finished is void and made again; a root in the log is never made from pages that do not agree with the one before.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as giveWay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { headsOf, readHeads } from '../reader/heads-links';
import type { RecentEntries } from '../reader/recent-entries';
import { HeadsPageWrong, loadPages, type CommittedHeads } from '../reader/stored-heads';
import { HeadsTree, type HeadsPage } from '../log/heads-tree';
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
  /** Ends catching up; what is stored by then is taken up by the next keeper, or made again. */
  readonly signal?: AbortSignal;
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

/** The heads of entries below `covered`, in a tree that the next heads entry will commit to. */
interface Work {
  readonly epoch: number;
  readonly before: CommittedHeads;
  readonly version: number;
  /** The pages read or changed so far; those of the version before, where nothing changed. */
  tree: HeadsTree;
  covered: number;
  /** Of the pages as stored; the tree may be ahead of them. */
  root: Buffer;
  streams: number;
  touched: number;
  pages: number;
}

/** Entries of one step: some milliseconds, because the writer shares this thread. */
const STEP = 128;
/** So few entries are done while the writer stands still. */
const STANDSTILL_ENTRIES = 64;
/** Pages are stored when so many changed: rewriting the upper ones at each step was half of the cost. */
const STORE_PAGES = 4_096;
/** Some 30 MB. */
const REMEMBERED_PAGES = 65_536;
/** While others append, the heads take this much of an interval and go on in the next one; an import is followed by some seconds of them. */
const SHARE_MS = 80;
/** Somebody waits for them, an export for example: longer, and with more entries left for the standstill, some tenths of a second. */
const NEEDED_MS = 10_000;
const NEEDED_STANDSTILL_ENTRIES = 1_024;

function workOn(before: CommittedHeads, epoch: number, tree: HeadsTree): Work {
  return { epoch, before, version: before.version + 1, tree, covered: before.index + 1, root: before.root, streams: before.streams, touched: 0, pages: 0 };
}

export class HeadsKeeper {
  private work: Work | null = null;
  /** Of the last heads entry written by this keeper. */
  lastCost: HeadsCost | null = null;

  constructor(private readonly options: HeadsKeeperOptions) {}

  /**
   * The tree size whose last entry is a heads entry and the log's last: written now, unless nothing came since the last one.
   * Null when the log grows faster than the heads can follow; the next call goes on from here. `isNeeded`: somebody waits for
   * it, so it takes longer before it gives up.
   */
  async commit(isNeeded: boolean): Promise<number | null> {
    const { pool, recent, writer } = this.options;
    try {
      const { epoch } = writer;
      const work = (this.work ??= workOn(await takeTurn(pool, epoch), epoch, new HeadsTree()));
      if (recent.size === work.before.index + 1) return recent.size;
      const began = performance.now();
      return (await this.catchUp(work, isNeeded)) ? await this.append(work, began) : null;
    } catch (error) {
      // How far the pages got is not known: what is not committed is removed and made again.
      this.work = null;
      throw error instanceof HeadsPageWrong ? new BrokenInvariant(error.message, { cause: error }) : error;
    }
  }

  /** False when the log grew beyond what could be covered in the time there is. */
  private async catchUp(work: Work, isNeeded: boolean): Promise<boolean> {
    const { recent, signal } = this.options;
    const began = performance.now();
    const { size } = recent;
    while (recent.size - work.covered > STANDSTILL_ENTRIES) {
      if (signal?.aborted === true) return false;
      const grows = recent.size > size;
      if (grows && performance.now() - began > (isNeeded ? NEEDED_MS : SHARE_MS)) return false;
      if (grows && isNeeded && recent.size - work.covered <= NEEDED_STANDSTILL_ENTRIES) break;
      await this.cover(work, Math.min(work.covered + STEP, recent.size));
      if (work.tree.touched >= STORE_PAGES) await this.store(work);
      // A step from memory asks nobody, so it would not let the writer have its turn by itself.
      await giveWay();
    }
    await this.store(work);
    return true;
  }

  private async append(work: Work, began: number): Promise<number | null> {
    let stoodStill = 0;
    let planned: PlannedHeads | null = null;
    const result = await this.options.writer.appendNext(async (size) => {
      const stands = performance.now();
      while (work.covered < size) await this.cover(work, Math.min(work.covered + STEP, size));
      const { intake, heads } = await this.plan(work, size);
      planned = heads;
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
    this.work = workOn({ version: work.version, index, root, streams }, work.epoch, work.tree);
    return index + 1;
  }

  private async plan(work: Work, size: number): Promise<{ intake: Intake; heads: PlannedHeads }> {
    const changed = this.settle(work);
    const { root, streams } = work;
    const intake = headsIntake({ root, size, streams }, this.options.clock());
    const heads = { index: size, root, streams, eventId: intake.key };
    await writePages(this.options.pool, work, changed, heads);
    return { intake, heads };
  }

  /** Brings the tree up to the heads of the log of size `until`. */
  private async cover(work: Work, until: number): Promise<void> {
    const { pool, recent } = this.options;
    const inMemory = recent.from(work.covered, until - work.covered);
    const heads = inMemory?.length === until - work.covered ? headsOf(inMemory) : await readHeads(pool, work.covered, until);
    await loadPages(pool, work.tree, work, heads.map(({ key }) => key));
    for (const head of heads) if (work.tree.put(head)) work.streams += 1;
    work.covered = until;
    work.touched += heads.length;
  }

  private async store(work: Work): Promise<void> {
    if (work.tree.touched > 0) await writePages(this.options.pool, work, this.settle(work), null);
    if (work.tree.pages.size > REMEMBERED_PAGES) work.tree = new HeadsTree();
  }

  private settle(work: Work): (readonly [path: string, page: HeadsPage])[] {
    if (work.tree.touched === 0) return [];
    const { root, changed } = work.tree.settle();
    work.root = root;
    work.pages += changed.length;
    return changed.map((path) => [path, work.tree.pages.get(path) as HeadsPage] as const);
  }
}
