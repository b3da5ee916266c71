/**
 * How long the oldest record of a room's outbox has waited for the ledger. A command is durable before its entry exists; for
 * as long as a record waits, nobody outside the room can know what it says, so waiting is measured and told.
 */
import type { Pool } from 'pg';

/** Own default: an import keeps a busy relay behind for some seconds, an outage of the ledger for minutes. */
export const OUTBOX_SECONDS_MAX = 60;

/** The relay's position and the first record behind it: one look-up in an index, however many wait. */
const OLDEST = `select extract(epoch from clock_timestamp() - waiting.recorded_at)::float8 as seconds
  from relay cross join lateral (
    select recorded_at from outbox where (xid, id) > (relay.last_xid, relay.last_id) order by xid, id limit 1
  ) waiting`;

/** Seconds; 0 when nothing waits. By the database's clock, which also wrote when the record was made. */
export async function readOutboxSeconds(pool: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>(OLDEST);
  return Math.max(0, rows[0]?.seconds ?? 0);
}

/** Sentences for `/readyz` that take nothing out of service: commands stand, and reads are answered, while records wait. */
export async function readOutboxAlarms(pool: Pick<Pool, 'query'>): Promise<string[]> {
  const seconds = await readOutboxSeconds(pool);
  return seconds > OUTBOX_SECONDS_MAX ? [`the oldest record of the outbox has waited ${Math.floor(seconds)} seconds for the ledger`] : [];
}
