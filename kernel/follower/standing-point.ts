/**
 * Where a room's standing stands: the ledger index it has followed to and whether that is recent enough to decide on.
 * Read from the room's own database, so every replica of a room answers alike whichever of them runs the follower.
 */
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { HubError } from '../errors';

export interface StandingPoint {
  /** Last entry applied; -1 before the first. */
  readonly index: number;
  /** Last entry that somebody in this room follows; -1 before the first. Between it and `index` nothing changed: what stood then stands now. */
  readonly changedIndex: number;
  /** The follower has not confirmed being at the head for longer than the bound: gates refuse, personal data stays. */
  readonly behind: boolean;
}

/** All null while no follower has begun. */
export interface FollowerRow {
  readonly next_index: number | null;
  readonly changed_index: number | null;
  readonly behind: boolean | null;
}

/** The clock is the database's: replicas with a wrong clock cannot disagree about being behind. `boundMs` is an integer of ours. */
export function standingStatement(boundMs: number): string {
  return `select next_index, changed_index, confirmed_at < clock_timestamp() - interval '${Math.trunc(boundMs)} milliseconds' as behind from follower`;
}

export function toStandingPoint(row: FollowerRow | undefined): StandingPoint {
  const { next_index = null, changed_index = null, behind = null } = row ?? {};
  return { index: (next_index ?? 0) - 1, changedIndex: changed_index ?? -1, behind: behind ?? true };
}

/** Since the follower last confirmed the head; beyond the bound of `standingStatement` the room is behind. */
export async function readFollowerSeconds(pool: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>('select extract(epoch from clock_timestamp() - confirmed_at)::float8 as seconds from follower');
  return rows[0]!.seconds;
}

const POLL_MS = 5;

/** Resolves once the room has followed the ledger to `index`; throws UNAVAILABLE when that takes longer than `deadlineMs`. */
export async function awaitStanding(database: Pick<DataSource, 'query'>, index: number, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const rows: { next_index: number }[] = await database.query('select next_index from follower');
    if ((rows[0]?.next_index ?? 0) > index) return;
    if (Date.now() >= deadline) {
      throw new HubError('UNAVAILABLE', 'This room has not yet followed the ledger to the index asked for.', { retryAfterMs: 500 });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
