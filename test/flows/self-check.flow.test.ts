/** A byte of the stored ledger changed under a hub at work: health and metrics say so over HTTP, until it is what it was again. */
import type { Client } from 'pg';
import { registerBorrower } from '../support/scenario';
import { testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const OFTEN_MS = 50;
const PATIENCE_MS = 20_000;
/** Fewer than a room has connections. */
const AT_ONCE = 8;

describe('a hub at work', () => {
  const hub = testHub('one process', { selfCheckIntervalMs: OFTEN_MS });
  const log = new WholeLog(hub.database);
  let admin: Client;

  beforeAll(async () => {
    admin = await hub.database.admin();
    const { operator } = await hub.creditor();
    // One full tile at least.
    while ((await log.size()) < 257) await Promise.all(Array.from({ length: AT_ONCE }, () => registerBorrower(operator)));
    await admin.query('set search_path = audit; set session_replication_role = replica');
  }, 90_000);

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 20))) {
      if (Date.now() > deadline) throw new Error('it did not come true');
    }
  }

  const reasons = async (): Promise<string[]> => ((await (await fetch(`${hub.url}/readyz`)).json()) as { reasons: string[] }).reasons;
  const differs = async (): Promise<boolean> => /^cession_ledger_self_check_differs 1$/m.test(await (await fetch(`${hub.url}/metrics`)).text());

  const flipped = (column: string, at: number): string => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;
  it.each([
    ['an entry', `update entry set ${flipped('bytes', 300)} where index = 42`, /entry, index 42: /],
    ['a link', `update entry set ${flipped('links', 3)} where index = 77`, /entry, index 77: /],
    ['a tile', `update tile set ${flipped('hashes', 99)} where level = 0 and n = 0`, /tile, level 0 tile 0: /],
    ['the heads', `update heads_page set ${flipped('bytes', 40)} where path = (select max(path) from heads_page)`, /heads_page, path [0-9a-f]+, version \d+, index \d+: /],
  ])('raises the alarm when a byte of %s was changed', async (_what, flip, place) => {
    await until(async () => (await reasons()).length === 0 && !(await differs()));
    await admin.query(flip);
    await until(async () => (await reasons()).length > 0);
    expect(await reasons()).toEqual([expect.stringMatching(/The stored ledger contradicts itself: /)]);
    expect((await reasons())[0]).toMatch(place);
    expect(await differs()).toBe(true);
    await admin.query(flip);
    await until(async () => (await reasons()).length === 0);
    expect(await differs()).toBe(false);
  }, 60_000);
});
