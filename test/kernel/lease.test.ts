/** A lease: never two holders, told at once when it is lost, free again when it is released. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Pool } from 'pg';
import { holdLease, leaseKey, type Lease } from '../../kernel/lease';
import type { DatabaseDefinition } from '../../kernel/database/definition';
import { testDatabase } from '../support/test-database';

const ROOM: DatabaseDefinition = { room: 'audit', rows: [], migrations: [] };
const database = testDatabase(ROOM);
let first: Pool;
let second: Pool;
let admin: Client;

beforeAll(async () => {
  first = (await database.open(ROOM)).worker;
  second = (await database.open(ROOM)).worker;
  admin = await database.admin();
});

/** One process's view of a lease: what happened to it, in order. */
class Holder {
  readonly happened: string[] = [];
  held: AbortSignal | null = null;
  readonly lease: Lease;

  constructor(pool: Pool, name: string) {
    this.lease = holdLease(pool, name, {
      retryMs: 20,
      onHeld: (held) => {
        this.held = held;
        this.happened.push('held');
      },
      onLost: () => this.happened.push('lost'),
    });
  }
}

async function until(claim: () => boolean): Promise<void> {
  while (!claim()) await sleep(5);
}

/** Ends the connection that holds the lock, as a crashed server or a cut cable would. */
async function breakConnection(name: string): Promise<void> {
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
        and ((classid::bigint << 32) | objid::bigint) = $1::bigint`,
    [leaseKey(name)],
  );
  expect(rowCount).toBe(1);
}

describe('a lease', () => {
  it('has one holder among many, and the next one takes over on release', async () => {
    const holders = [first, second, first, second].map((pool) => new Holder(pool, 'one-of-many'));
    const seen: Holder[] = [];
    while (seen.length < holders.length) {
      await until(() => holders.some(({ lease }) => lease.isHeld));
      await sleep(60);
      const current = holders.filter(({ lease }) => lease.isHeld);
      expect(current).toHaveLength(1);
      seen.push(...current);
      await current[0]?.lease.stop();
    }
    expect(new Set(seen).size).toBe(4);
    expect(holders.map(({ happened }) => happened)).toEqual([['held'], ['held'], ['held'], ['held']]);
  });

  it('tells its holder when the connection breaks, ends its signal, and is obtained again', async () => {
    const holder = new Holder(first, 'broken');
    await until(() => holder.lease.isHeld);
    const { held } = holder;
    await breakConnection('broken');
    await until(() => holder.happened.includes('lost'));
    expect(held?.aborted).toBe(true);
    await until(() => holder.happened.length === 3);
    expect(holder.happened).toEqual(['held', 'lost', 'held']);
    expect(holder.held?.aborted).toBe(false);
    await holder.lease.stop();
  });

  it('goes to the other holder after a break, and never to both', async () => {
    const [one, two] = [new Holder(first, 'handover'), new Holder(second, 'handover')];
    await until(() => one.lease.isHeld || two.lease.isHeld);
    const holders = (): number => [one, two].filter(({ lease }) => lease.isHeld).length;
    for (let round = 0; round < 5; round++) {
      await breakConnection('handover');
      let most = 0;
      // How soon a break is noticed is the machine's matter; two at once would be ours.
      for (let looked = 0; looked < 15; looked++) {
        most = Math.max(most, holders());
        await sleep(2);
      }
      await until(() => holders() === 1);
      expect(most).toBeLessThanOrEqual(1);
    }
    await Promise.all([one.lease.stop(), two.lease.stop()]);
  });

  it('stopped by its signal, or before it was ever held, is free for others', async () => {
    const stop = new AbortController();
    let held: AbortSignal | null = null;
    const lease = holdLease(first, 'signalled', { retryMs: 20, signal: stop.signal, onHeld: (signal) => (held = signal) });
    const waiting = new Holder(second, 'signalled');
    await until(() => lease.isHeld || waiting.lease.isHeld);
    stop.abort();
    await lease.stop();
    await waiting.lease.stop();
    expect(held === null || (held as AbortSignal).aborted).toBe(true);
    const next = new Holder(first, 'signalled');
    await until(() => next.lease.isHeld);
    await next.lease.stop();
  });

  it('with another name is another lease', async () => {
    const [one, two] = [new Holder(first, 'mine'), new Holder(second, 'yours')];
    await until(() => one.lease.isHeld && two.lease.isHeld);
    await Promise.all([one.lease.stop(), two.lease.stop()]);
  });
});
