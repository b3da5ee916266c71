/** How long records wait for the ledger, measured where they wait; an alarm past the bound, and none before. The same of a follower. */
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { OUTBOX_SECONDS_MAX, readOutboxAlarms, readOutboxSeconds } from '../../../kernel/outbox/outbox-age';
import { measureRooms } from '../../../kernel/room-metrics';
import { roomStanding } from '../../../kernel/room-standing';
import { roomTables } from '../../../kernel/room-tables';
import { newId } from '../../../schema/ids';
import { testDatabase } from '../../support/test-database';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const database = testDatabase(DEBTS);
let worker: Pool;

beforeAll(async () => {
  ({ worker } = await database.open(DEBTS));
});

async function record(secondsAgo: number): Promise<void> {
  const id = newId('event');
  await worker.query(
    `insert into outbox (record_id, event_id, event, streams, disclosures, recorded_at) values ($1, $1, '', '[]', '[]', clock_timestamp() - $2 * interval '1 second')`,
    [id, secondsAgo],
  );
}

/** As the relay does when everything recorded so far is delivered. */
async function deliverAll(): Promise<void> {
  await worker.query('update relay set (last_xid, last_id) = (select xid, id from outbox order by xid desc, id desc limit 1)');
}

/** Metric text of the room. */
async function measured(): Promise<string> {
  const registry = new Registry();
  measureRooms(registry, [{ name: 'debts', database: { worker } }]);
  return registry.metrics();
}

describe('an outbox', () => {
  it('in which nothing ever waited has no age and no alarm', async () => {
    expect(await readOutboxSeconds(worker)).toBe(0);
    expect(await readOutboxAlarms(worker)).toEqual([]);
    expect(await measured()).toContain('cession_outbox_age_seconds{room="debts"} 0');
  });

  it('is as old as the first record behind the relay, and alarms once that is past the bound', async () => {
    await record(OUTBOX_SECONDS_MAX - 30);
    await record(0);
    expect(await readOutboxAlarms(worker)).toEqual([]);
    expect(await readOutboxSeconds(worker)).toBeGreaterThanOrEqual(OUTBOX_SECONDS_MAX - 30);
    await deliverAll();
    expect(await readOutboxSeconds(worker)).toBe(0);
    await record(OUTBOX_SECONDS_MAX + 3_600);
    expect(await readOutboxAlarms(worker)).toEqual([expect.stringMatching(/^the oldest record of the outbox has waited 36\d\d seconds for the ledger$/)]);
    expect(await measured()).toMatch(/cession_outbox_age_seconds\{room="debts"\} 36\d\d/);
    await deliverAll();
    expect(await readOutboxAlarms(worker)).toEqual([]);
  });

  it('finds the first one that waits by its index, however many wait', async () => {
    await worker.query(`insert into outbox (record_id, event_id, event, streams, disclosures) select 'r' || n, 'r' || n, '', '[]', '[]' from generate_series(1, 20000) n`);
    await worker.query('analyze outbox');
    const { rows } = await worker.query<Record<string, string>>(
      `explain select waiting.recorded_at from relay cross join lateral (select recorded_at from outbox where (xid, id) > (relay.last_xid, relay.last_id) order by xid, id limit 1) waiting`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('outbox_in_order');
    expect(plan).not.toMatch(/Seq Scan on outbox|Sort/);
  });
});

describe('a follower', () => {
  it('is as old as its last confirmation of the head', async () => {
    await worker.query(`update follower set confirmed_at = clock_timestamp() - interval '2 hours'`);
    expect(await measured()).toMatch(/cession_follower_age_seconds\{room="debts"\} 72\d\d/);
  });
});
