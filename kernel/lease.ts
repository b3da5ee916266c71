/**
 * A lease: at most one process of the hub does a thing at a time. It is a session advisory lock on a connection of its own,
 * so it ends with that connection, whatever happens to the process. It excludes nobody by itself after a network split:
 * who writes under a lease MUST also be fenced by a compare-and-set on what it writes.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** Milliseconds between attempts while another process holds it: how late a successor may be. */
const RETRY_MS = 200;
/** Milliseconds between checks that the connection still answers; a broken one usually says so at once. */
const CHECK_MS = 1_000;

export interface LeaseEvents {
  /**
   * Called each time the lease is obtained. `held` is aborted the moment it is lost or released: work under the lease
   * MUST stop then. The lease is kept until `held` ends, whether or not this returns.
   */
  readonly onHeld: (held: AbortSignal) => void;
  /** The connection broke while the lease was held. Another attempt follows by itself. */
  readonly onLost?: (reason: Error) => void;
  /** Aborting it releases the lease and ends the attempts. */
  readonly signal?: AbortSignal;
  readonly retryMs?: number;
}

export interface Lease {
  readonly isHeld: boolean;
  /** Releases; resolves when another process may have it. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts to try for the lease `name` (unique per database), and keeps trying and holding until stopped. */
export function holdLease(pool: Pool, name: string, events: LeaseEvents): Lease {
  return new AdvisoryLease(pool, leaseKey(name), events);
}

/** 63 bits of a hash: far from the small numbers that other advisory locks of the hub use. */
export function leaseKey(name: string): string {
  return (createHash('sha256').update(`cession lease ${name}`).digest().readBigUInt64BE() >> 1n).toString();
}

class AdvisoryLease implements Lease {
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  #held = false;

  constructor(
    private readonly pool: Pool,
    private readonly key: string,
    private readonly events: LeaseEvents,
  ) {
    const { signal } = events;
    if (signal?.aborted) this.#stopped.abort();
    signal?.addEventListener('abort', () => this.#stopped.abort(), { once: true });
    this.#ended = this.#keepTrying();
  }

  get isHeld(): boolean {
    return this.#held;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#ended;
  }

  async #keepTrying(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const connection = await this.#obtain();
      if (connection) await this.#hold(connection);
      else await sleep(this.events.retryMs ?? RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A connection that holds the lock, or null: somebody else has it, or the database is away. */
  async #obtain(): Promise<PoolClient | null> {
    const connection = await this.pool.connect().catch(() => null);
    if (!connection) return null;
    connection.on('error', ignore);
    try {
      const { rows } = await connection.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [this.key]);
      if (rows[0]?.held && !this.#stopped.signal.aborted) return connection;
      connection.removeListener('error', ignore);
      // A lock obtained while being stopped goes with its connection; an unheld connection returns to the pool.
      connection.release(rows[0]?.held === true);
    } catch (error) {
      connection.release(error as Error);
    }
    return null;
  }

  async #hold(connection: PoolClient): Promise<void> {
    const held = new AbortController();
    const lost = watch(connection, held.signal);
    this.#held = true;
    this.events.onHeld(held.signal);
    const reason = await Promise.race([lost, aborted(this.#stopped.signal)]);
    this.#held = false;
    held.abort();
    // Closing the connection is what releases the lock: an unlock could fail on a connection that hangs.
    await closed(connection, reason);
    if (reason) this.events.onLost?.(reason);
  }
}

/** Resolves with the reason when the connection breaks or no longer answers. */
function watch(connection: PoolClient, until: AbortSignal): Promise<Error> {
  return new Promise((resolve) => {
    connection.on('error', resolve);
    connection.on('end', () => resolve(new Error('The connection that held the lease was closed.')));
    const timer = setInterval(() => void connection.query('select 1').catch(resolve), CHECK_MS);
    until.addEventListener('abort', () => clearInterval(timer), { once: true });
  });
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Waits for the goodbye of the server for a second at most; a dead connection has none to give. */
async function closed(connection: PoolClient, reason: Error | null): Promise<void> {
  const ended = new Promise<void>((resolve) => connection.once('end', () => resolve()));
  connection.release(true);
  if (!reason) await Promise.race([ended, sleep(1_000, undefined, { ref: false })]);
}

function ignore(): void {}
