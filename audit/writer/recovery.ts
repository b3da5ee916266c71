/**
 * Getting hold of the log again after a statement failed: a new connection, the head under a new epoch, everything derived
 * loaded afresh. Knows which failures mean that the stored log contradicts itself, and refuses to go on after those.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { isUniqueViolation } from '../../kernel/database/postgres-errors';
import { readHead, takeHead, type Claim } from './head';
import { BrokenInvariant, loadState, type LedgerState } from './ledger-state';

/** Another writer has taken the head: this one is over, the ledger is not. */
export class Fenced extends Error {
  constructor() {
    super('another writer has taken over the ledger');
    this.name = 'Fenced';
  }
}

export interface Hold {
  readonly client: PoolClient;
  readonly epoch: number;
  readonly state: LedgerState;
}

const PAUSES_MS = [20, 50, 100, 250, 500, 1_000] as const;

/** A connection of the writer's own. Planned once: its statements differ only in the length of their arrays. */
export async function connectWriter(pool: Pool): Promise<PoolClient> {
  const client = await pool.connect();
  // A connection lost between two statements shows at the next one; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.query('set plan_cache_mode = force_generic_plan');
  } catch (error) {
    client.release(true);
    throw error;
  }
  return client;
}

/** Takes the head and loads what follows from it. */
export async function takeHold(pool: Pool, claim: Claim): Promise<Hold> {
  const client = await connectWriter(pool);
  try {
    const head = await takeHead(client, claim);
    if (head === null) throw (await readHead(client)) === null ? new BrokenInvariant('the head row is gone') : new Fenced();
    return { client, epoch: head.epoch, state: await loadState(pool, head) };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Tries until the database answers, the writer is ended, or the log turns out to be broken or somebody else's. */
export async function retakeHold(pool: Pool, holder: string, isEnded: () => boolean): Promise<Hold | null> {
  for (let attempt = 0; !isEnded(); attempt += 1) {
    try {
      return await takeHold(pool, { holder, isHeld: true });
    } catch (error) {
      if (error instanceof BrokenInvariant || error instanceof Fenced) throw error;
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
    }
  }
  return null;
}

/** The one collision that a repeated submission explains; every other one is between rows that only this writer inserts. */
const REPEATED_KEY = 'entry_idempotency_key';

/** Throws when a failed append says that the tables are not what the head row promises. */
export function assertNotBroken(failure: unknown): void {
  const isCollision = isUniqueViolation(failure) && !isUniqueViolation(failure, REPEATED_KEY);
  if (isCollision) throw new BrokenInvariant('an append collided with stored rows', { cause: failure });
}

/** The head did not move although the append ran: somebody else has it, or the row was changed by hand. */
export async function whyNotMoved(pool: Pool, epoch: number): Promise<Error> {
  const head = await readHead(pool);
  return head?.epoch === epoch ? new BrokenInvariant(`the head row says size ${head.size}, which is not where this writer is`) : new Fenced();
}
