/**
 * Waiting for the ledger's answer to a committed outbox record. The relay announces deliveries in its own process; in any
 * other replica the table of deliveries tells, asked for all who wait at once. Never decides that a record is lost: a
 * record that has no index yet is pending.
 */
import type { Pool } from 'pg';

/** What a command may wait longer than it has to where no relay announces; one question for all waiters of the process. */
const POLL_MS = 20;

interface DeliveredRow {
  readonly record_id: string;
  readonly ledger_index: number;
}

const DELIVERED = 'select o.record_id, d.ledger_index from outbox o join delivery d on d.outbox_id = o.id where o.record_id = any($1)';

export class Receipts {
  private readonly waiters = new Map<string, Set<(index: number) => void>>();
  private wakeRelay: () => void = () => undefined;
  private poll: NodeJS.Timeout | null = null;

  constructor(private readonly worker: Pool) {}

  /** The relay of this process, if it runs here, is told at once that a record was committed. */
  onRecorded(wake: () => void): void {
    this.wakeRelay = wake;
  }

  recorded(): void {
    this.wakeRelay();
  }

  delivered(recordId: string, index: number): void {
    for (const tell of this.waiters.get(recordId) ?? []) tell(index);
  }

  /** The highest ledger index of the records, or null when not all have one within the deadline: the command is pending. */
  async await(recordIds: readonly string[], deadlineMs: number): Promise<number | null> {
    if (recordIds.length === 0) return null;
    const known = new Map<string, number>();
    const forgets: (() => void)[] = [];
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise<number | null>((resolve) => {
        late = setTimeout(() => resolve(null), deadlineMs);
        for (const id of recordIds) {
          const forget = this.wait(id, (index) => {
            known.set(id, index);
            if (known.size === recordIds.length) resolve(Math.max(...known.values()));
          });
          forgets.push(forget);
        }
        this.schedulePoll();
      });
    } finally {
      clearTimeout(late);
      for (const forget of forgets) forget();
    }
  }

  private wait(recordId: string, tell: (index: number) => void): () => void {
    const others = this.waiters.get(recordId) ?? new Set();
    this.waiters.set(recordId, others.add(tell));
    return () => {
      others.delete(tell);
      if (others.size === 0) this.waiters.delete(recordId);
    };
  }

  private schedulePoll(): void {
    this.poll ??= setTimeout(() => void this.pollOnce(), POLL_MS);
  }

  private async pollOnce(): Promise<void> {
    try {
      const { rows } = await this.worker.query<DeliveredRow>(DELIVERED, [[...this.waiters.keys()]]);
      for (const row of rows) this.delivered(row.record_id, row.ledger_index);
    } catch {
      // A database that does not answer leaves the waiters to their deadlines: then the command is pending, as documented.
    }
    this.poll = null;
    if (this.waiters.size > 0) this.schedulePoll();
  }
}
