/**
 * Waiting for the ledger's answer to a committed outbox record. The relay announces deliveries in its own process; in any
 * other replica its row in the table of deliveries tells. Never decides that a record is lost: a record that has no index yet is pending.
 */
import type { Pool } from 'pg';

const POLL_MS = 20;

interface DeliveredRow {
  readonly record_id: string;
  readonly ledger_index: number;
}

const DELIVERED = 'select o.record_id, d.ledger_index from outbox o join delivery d on d.outbox_id = o.id where o.record_id = any($1)';

export class Receipts {
  private readonly waiters = new Map<string, (index: number) => void>();
  private wakeRelay: () => void = () => undefined;

  constructor(private readonly worker: Pool) {}

  /** The relay of this process, if it runs here, is told at once that a record was committed. */
  onRecorded(wake: () => void): void {
    this.wakeRelay = wake;
  }

  recorded(): void {
    this.wakeRelay();
  }

  delivered(recordId: string, index: number): void {
    this.waiters.get(recordId)?.(index);
  }

  /** The highest ledger index of the records, or null when not all have one within the deadline: the command is pending. */
  async await(recordIds: readonly string[], deadlineMs: number): Promise<number | null> {
    if (recordIds.length === 0) return null;
    const known = new Map<string, number>();
    const deadline = Date.now() + deadlineMs;
    const announced = recordIds.map(
      (id) => new Promise<void>((resolve) => this.waiters.set(id, (index) => (known.set(id, index), resolve()))),
    );
    try {
      const all = Promise.all(announced);
      while (known.size < recordIds.length && Date.now() < deadline) {
        await Promise.race([all, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
        if (known.size < recordIds.length) await this.readDelivered(recordIds, known);
      }
    } finally {
      for (const id of recordIds) this.waiters.delete(id);
    }
    return known.size < recordIds.length ? null : Math.max(...known.values());
  }

  private async readDelivered(recordIds: readonly string[], known: Map<string, number>): Promise<void> {
    const { rows } = await this.worker.query<DeliveredRow>(DELIVERED, [[...recordIds]]);
    for (const row of rows) known.set(row.record_id, row.ledger_index);
  }
}
