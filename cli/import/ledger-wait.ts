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
const WAITING = 'select count(*) as waiting from outbox o, relay r where (o.xid, o.id) > (r.last_xid, r.last_id) and o.id <= $1';
const INDEX = 'select max(ledger_index) as index from delivery where outbox_id <= $1';

export async function awaitLedger(pools: readonly Pool[], onProgress: (waiting: number) => void, patienceMs = NOBODY_APPENDS_MS): Promise<LedgerWait> {
  const outboxes = await Promise.all(pools.map(async (pool) => ({ pool, last: (await pool.query<{ id: number | null }>(LAST)).rows[0]!.id ?? 0 })));
  const sum = async (): Promise<number> => {
    const counts = await Promise.all(outboxes.map(({ pool, last }) => pool.query<{ waiting: number }>(WAITING, [last])));
    return counts.reduce((total, { rows }) => total + rows[0]!.waiting, 0);
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
  const indexes = await Promise.all(outboxes.map(({ pool, last }) => pool.query<{ index: number | null }>(INDEX, [last])));
  return { appended: true, ledgerIndex: Math.max(-1, ...indexes.map(({ rows }) => rows[0]!.index ?? -1)) };
}
