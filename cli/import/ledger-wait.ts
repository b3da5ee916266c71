/**
 * Waits until everything an import recorded has its place in the ledger. Only a running hub appends; when nothing moves for
 * a while, it says so instead of waiting for ever: the records are durable and follow when a hub runs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';

const POLL_MS = 50;
/** A relay sends every few milliseconds; a hub that starts up needs a second or two. */
export const NOBODY_APPENDS_MS = 5_000;

export type LedgerWait = { readonly appended: true; readonly ledgerIndex: number } | { readonly appended: false; readonly waiting: number };

const LAST = 'select max(id) as id from outbox';
const COUNTED = `select last_seq as seq, (select count(*) from outbox o where (o.xid, o.id) > (r.last_xid, r.last_id) and o.id <= $1) as waiting from relay r`;
const SENT = 'select last_seq as seq from relay';
const INDEX = 'select max(ledger_index) as index from delivery where outbox_id <= $1';

/** A room's records up to the last of the import. */
class Outbox {
  private counted: { readonly seq: number; readonly waiting: number } | null = null;

  private constructor(
    private readonly pool: Pool,
    private readonly last: number,
  ) {}

  static async of(pool: Pool): Promise<Outbox> {
    const { rows } = await pool.query<{ id: number | null }>(LAST);
    return new Outbox(pool, rows[0]!.id ?? 0);
  }

  /**
   * How many have no index. Counting reads the outbox, so it is done once: the relay numbers what it sends without gaps, and its
   * number tells the rest. Records of others among those sent make that too few, so none left is counted again.
   */
  async waiting(): Promise<number> {
    if (this.counted?.waiting === 0) return 0;
    if (this.counted !== null) {
      const { rows } = await this.pool.query<{ seq: number }>(SENT);
      const left = this.counted.waiting - (rows[0]!.seq - this.counted.seq);
      if (left > 0) return left;
    }
    const { rows } = await this.pool.query<{ seq: number; waiting: number }>(COUNTED, [this.last]);
    this.counted = rows[0]!;
    return this.counted.waiting;
  }

  async highestIndex(): Promise<number> {
    const { rows } = await this.pool.query<{ index: number | null }>(INDEX, [this.last]);
    return rows[0]!.index ?? -1;
  }
}

export async function awaitLedger(pools: readonly Pool[], onProgress: (waiting: number) => void, patienceMs = NOBODY_APPENDS_MS): Promise<LedgerWait> {
  const outboxes = await Promise.all(pools.map((pool) => Outbox.of(pool)));
  const sum = async (): Promise<number> => {
    const counts = await Promise.all(outboxes.map((outbox) => outbox.waiting()));
    return counts.reduce((total, count) => total + count, 0);
  };
  let waiting = await sum();
  for (let changedAt = Date.now(); waiting > 0; ) {
    onProgress(waiting);
    if (Date.now() - changedAt > patienceMs) return { appended: false, waiting };
    await pause(POLL_MS);
    const now = await sum();
    if (now !== waiting) changedAt = Date.now();
    waiting = now;
  }
  onProgress(0);
  const indexes = await Promise.all(outboxes.map((outbox) => outbox.highestIndex()));
  return { appended: true, ledgerIndex: Math.max(...indexes) };
}
