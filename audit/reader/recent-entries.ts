/**
 * The newest entries in memory and the wake-up of who waits for the next one: followers are hot, they ask for what was
 * appended a moment ago. Holds only entries that are committed. Bounded in number and bytes.
 */
import type { AppendResult, StoredEntry } from '../../kernel/ledger';
import type { Intake } from '../writer/intake';
import { answerFor } from '../writer/stored-receipts';

export interface RecentEntry extends StoredEntry {
  readonly leafHash: Buffer;
  readonly idempotencyKey: string;
}

const MAX_ENTRIES = 4_096;
const MAX_BYTES = 48 * 1024 * 1024;

/** An estimate that errs high: strings beside an entry weigh about as much as its links say. */
const weightOf = (entry: RecentEntry): number => entry.bytes.length + entry.disclosures.length * 400;

export class RecentEntries {
  private entries: RecentEntry[] = [];
  private readonly byKey = new Map<string, RecentEntry>();
  private bytes = 0;
  private waiters: (() => void)[] = [];

  /** `size`: of the log when this process began to watch it. */
  constructor(private logSize: number) {}

  /** The size of the log as last committed or seen. */
  get size(): number {
    return this.logSize;
  }

  /** Entries MUST follow one another; a gap (another process wrote meanwhile) forgets what was before it. */
  push(added: readonly RecentEntry[]): void {
    const next = added[0];
    if (next === undefined) return;
    if (next.index !== this.logSize) this.forget();
    for (const entry of added) {
      this.entries.push(entry);
      this.byKey.set(entry.idempotencyKey, entry);
      this.bytes += weightOf(entry);
    }
    this.logSize = next.index + added.length;
    this.trim();
    this.wake();
  }

  /** The log was seen to be this long: entries in between are read from the database. */
  sawSize(size: number): void {
    if (size <= this.logSize) return;
    this.forget();
    this.logSize = size;
    this.wake();
  }

  /** Entries from `from` on, or null when they are older than what is remembered. */
  from(from: number, limit: number): readonly RecentEntry[] | null {
    if (from >= this.logSize) return [];
    const first = this.logSize - this.entries.length;
    return from < first ? null : this.entries.slice(from - first, from - first + limit);
  }

  /** The answer to a submission whose key is among the remembered; null when it is not. */
  answerFor(intake: Intake): AppendResult | null {
    const entry = this.byKey.get(intake.key);
    return entry === undefined ? null : answerFor(intake, entry, Infinity);
  }

  /** Resolves when the log has grown beyond `size`, or after `waitMs`. */
  async grown(size: number, waitMs: number): Promise<void> {
    if (this.logSize > size || waitMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, waitMs);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.waiters.push(done);
    });
  }

  /** Ends every wait, at shutdown or when the size is asked for anew. */
  wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }

  private forget(): void {
    this.entries = [];
    this.byKey.clear();
    this.bytes = 0;
  }

  private trim(): void {
    let drop = 0;
    while (this.entries.length - drop > MAX_ENTRIES || (this.bytes > MAX_BYTES && this.entries.length - drop > 1)) {
      const entry = this.entries[drop] as RecentEntry;
      this.byKey.delete(entry.idempotencyKey);
      this.bytes -= weightOf(entry);
      drop += 1;
    }
    if (drop > 0) this.entries = this.entries.slice(drop);
  }
}
