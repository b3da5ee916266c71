/** The places of entries by type: kept by the room itself, the same whoever keeps them and however often, and made again from nothing. */
import type { Client } from 'pg';
import { parseEntry } from '../../audit/log/entry';
import { keepPlaces } from '../../audit/places/place-keeper';
import { readEntries } from '../../audit/reader/stored-entries';
import { decodeLinks, parseLink } from '../../audit/reader/stored-links';
import { newId } from '../../schema/ids';
import { testDatabase } from '../support/test-database';
import { AUDIT_ROOM_DATABASES, openTestAuditRoom, type TestAuditRoom } from './audit-room';
import { lost, receipts, submission } from './ledger-fixture';

const [bank, agency] = [newId('creditor'), newId('agency')];
const database = testDatabase(...AUDIT_ROOM_DATABASES);
let room: TestAuditRoom;
let admin: Client;

async function append(count: number): Promise<void> {
  const shapes = Array.from({ length: count }, (_, at) =>
    submission({ name: at % 3 === 0 ? 'PlacementAccepted' : 'DebtRegistered', streams: [`creditor:${bank}`, `debt:${newId('debt')}`, ...(at % 2 === 0 ? ([`agency:${agency}`] as const) : [])] }),
  );
  receipts(await room.audit.ledger.ledgerFor('debts').append('direct', shapes, 10_000));
}

/** What follows from the entries alone. */
async function derived(): Promise<string[]> {
  const entries = await readEntries(room.pool, 0, Number.MAX_SAFE_INTEGER, 100_000);
  const { rows } = await room.pool.query<{ links: Buffer }>('select links from entry order by index');
  const places = entries.flatMap(({ index, bytes }, at) => {
    const streams = decodeLinks(rows[at]!.links).map((link) => parseLink(link).stream);
    return streams.filter((stream) => /^(creditor|agency):/.test(stream)).map((stream) => `${stream} ${parseEntry(bytes).event.type} ${index}`);
  });
  return places.sort();
}

const kept = async (): Promise<string[]> => (await admin.query<{ place: string }>(`select stream || ' ' || type || ' ' || index as place from entry_place`)).rows.map(({ place }) => place).sort();
const isDone = async (): Promise<boolean> => (await admin.query<{ done: boolean }>('select next_index = size as done from entry_place_until, head')).rows[0]!.done;
const empty = (): Promise<unknown> => admin.query('truncate entry_place; update entry_place_until set next_index = 0');
const lock = (right: 'grant' | 'revoke'): Promise<unknown> => admin.query(`${right} update on entry_place_until ${right === 'grant' ? 'to' : 'from'} cession_audit_worker`);

describe('the places of entries', () => {
  beforeAll(async () => {
    room = await openTestAuditRoom(database, { checkpointIntervalMs: 600_000 });
    admin = await database.admin();
    await admin.query('set search_path = audit');
    await append(300);
  });

  it('are kept by the room that writes the ledger', async () => {
    for (let tries = 0; !(await isDone()) && tries < 500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await kept()).toEqual(await derived());
    expect((await kept()).length).toBeGreaterThan(400);
  });

  it('are the same when two keep them at once, step by step', async () => {
    await lock('revoke');
    await empty();
    const second = await database.admin();
    await second.query('set search_path = audit');
    const keep = async (by: Client): Promise<void> => {
      while (await keepPlaces(by, 7));
    };
    await Promise.all([keep(admin), keep(second)]);
    while (!(await isDone())) await keepPlaces(admin, 7);
    expect(await kept()).toEqual(await derived());
  });

  it('are the same when a step fails before or after it is stored', async () => {
    await empty();
    let strikes = 0;
    const failing: Parameters<typeof keepPlaces>[0] = new Proxy(admin, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property !== 'query') return value;
        return async (...given: unknown[]): Promise<unknown> => {
          strikes += 1;
          if (strikes % 5 === 0) throw lost();
          const answer = await (value as (...all: unknown[]) => Promise<unknown>).apply(target, given);
          if (strikes % 7 === 0) throw lost();
          return answer;
        };
      },
    });
    while (!(await isDone())) await keepPlaces(failing, 11).catch(() => undefined);
    expect(strikes).toBeGreaterThan(40);
    expect(await kept()).toEqual(await derived());
  });
});
