/**
 * Keeps where the entries of each type stand in the streams of creditors and agencies, so that a page of one type is found
 * without reading through the stream. Works behind the writer, outside its transactions; what it has not reached yet, readers
 * look up in the stream itself.
 */
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { rest } from '../../kernel/rest';

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

export class PlaceKeeper {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: PlaceKeeperOptions) {
    this.running = this.serve();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async serve(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      let wait = IDLE_MS;
      const began = performance.now();
      try {
        if (this.options.isActive() && (await keepPlaces(this.options.pool, STEP))) wait = REST * (performance.now() - began);
        backoff = FIRST_BACKOFF_MS;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.options.diagnostics.warn({ part: 'places', err: error }, 'the places of entries could not be kept');
        wait = backoff;
        backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS);
      }
      await rest(wait, this.stopping.signal);
    }
  }
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
