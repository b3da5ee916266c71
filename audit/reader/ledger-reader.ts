/**
 * Reading the log in order: from memory what was appended a moment ago, from the database what is older, and a wait for
 * what is not there yet. Shows committed entries only. In a process without the writer it asks the database for news.
 */
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import type { LedgerPage, StoredEntry } from '../../kernel/ledger';
import { latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';
import { readHead } from '../writer/head';
import type { RecentEntries } from './recent-entries';
import { readEntries } from './stored-entries';

/** Entries of one page at most: some megabytes. */
export const MAX_PAGE = 512;
/** How late a process without the writer may learn of an entry. */
const ASK_AGAIN_MS = 25;

export class LedgerReader {
  /** The latest checkpoint this process knows of. */
  checkpoint: SignedCheckpoint | null = null;
  private asked = 0;

  /** `isFed`: the writer is in this process and announces every entry, so nobody has to ask. */
  constructor(
    readonly pool: Pool,
    readonly recent: RecentEntries,
    private readonly isFed: () => boolean,
  ) {}

  async read(from: number, limit: number, waitMs: number): Promise<LedgerPage> {
    const until = performance.now() + waitMs;
    for (;;) {
      if (!this.isFed()) await this.askForNews();
      const entries = await this.entries(from, Math.max(1, Math.min(limit, MAX_PAGE)));
      const left = until - performance.now();
      if (entries.length > 0 || left <= 0) return { entries, size: this.recent.size, checkpoint: this.checkpoint?.note ?? null };
      await this.recent.grown(from, this.isFed() ? left : Math.min(left, ASK_AGAIN_MS));
    }
  }

  private async entries(from: number, limit: number): Promise<readonly StoredEntry[]> {
    const { size } = this.recent;
    return this.recent.from(from, limit) ?? (await readEntries(this.pool, from, size, limit));
  }

  /** Many followers wait at once; one question in a while answers all of them. */
  private async askForNews(): Promise<void> {
    if (performance.now() - this.asked < ASK_AGAIN_MS) return;
    this.asked = performance.now();
    const [head, checkpoint] = await Promise.all([readHead(this.pool), latestCheckpoint(this.pool)]);
    if (head !== null) this.recent.sawSize(head.size);
    this.checkpoint = checkpoint;
  }
}
