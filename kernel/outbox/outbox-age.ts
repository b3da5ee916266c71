/**
 * How long the oldest record of a room's outbox has waited for the ledger. A command is durable before its entry exists; for
 * as long as a record waits, nobody outside the room can know what it says, so waiting is measured and told.
 */
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { RoomName } from '../../schema/vocabulary';

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

export interface MeasuredRoom {
  readonly name: RoomName;
  readonly database: { readonly worker: Pick<Pool, 'query'> };
}

/** Read when somebody asks: the same in every replica of a room, whichever of them relays. */
export function measureOutboxes(registry: Registry, rooms: readonly MeasuredRoom[]): void {
  new Gauge({
    name: 'cession_outbox_age_seconds',
    help: 'How long the oldest record of an outbox has waited for the ledger; 0: none waits.',
    labelNames: ['room'],
    registers: [registry],
    async collect() {
      // A database that does not answer leaves the last value; that it is away shows elsewhere.
      await Promise.all(rooms.map(({ name, database }) => readOutboxSeconds(database.worker).then((seconds) => this.set({ room: name }, seconds), () => undefined)));
    },
  });
}
