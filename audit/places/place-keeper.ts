/**
 * Keeps where the entries of each type stand in the streams of creditors and agencies, so that a page of one type is found
 * without reading through the stream. Works behind the writer, outside its transactions; what it has not reached yet, readers
 * look up in the stream itself.
 */
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { SteadyWorker } from '../../kernel/steady-work';

export interface PlaceKeeperOptions {
  readonly pool: Pool;
  /** Only the process that writes the ledger keeps them; a second one would find every step already done. */
  readonly isActive: () => boolean;
  readonly diagnostics: Diagnostics;
}

const IDLE_MS = 250;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Some tens of milliseconds in the database, which others need as well. */
const STEP = 1_000;
/** The database belongs to who appends: a step rests nine times as long as it took, a tenth of it at most. */
const REST = 9;

/**
 * Position and places in one statement; whoever finds the position moved writes nothing. Does not wait for the disk: both are
 * lost together, and what is lost is made again.
 */
const KEEP = `with moved as (
    update entry_place_until set next_index = $2 where next_index = $1 and set_config('synchronous_commit', 'off', true) is not null returning next_index
  )
  insert into entry_place (stream, type, index) select stream, entry_type(entry.bytes), entry.index
  from moved, entry cross join lateral long_streams(entry.links) stream where entry.index >= $1 and entry.index < $2`;
const POSITION = 'select next_index::float8 as next, head.size::float8 as size from entry_place_until, head';

export function openPlaceKeeper({ pool, isActive, diagnostics }: PlaceKeeperOptions): SteadyWorker {
  return new SteadyWorker({
    firstBackoffMs: FIRST_BACKOFF_MS,
    longestBackoffMs: LONGEST_BACKOFF_MS,
    async step() {
      const began = performance.now();
      return isActive() && (await keepPlaces(pool, STEP)) ? REST * (performance.now() - began) : IDLE_MS;
    },
    onFailure: (error) => diagnostics.warn({ part: 'places', err: error }, 'the places of entries could not be kept'),
  });
}

/** One step of at most `entries`; whether there is more to do. */
export async function keepPlaces(pool: Pick<Pool, 'query'>, entries: number): Promise<boolean> {
  const { rows } = await pool.query<{ next: number; size: number }>(POSITION);
  const { next = 0, size = 0 } = rows[0] ?? {};
  if (next >= size) return false;
  const until = Math.min(next + entries, size);
  await pool.query({ name: 'keep_places', text: KEEP, values: [next, until] });
  return until < size;
}
