/** One human stays one person, however an erasure by one creditor and a registration by another fall together. Each race is forced. */
import type { Client } from 'pg';
import { parseEntry } from '../../../audit/log/entry';
import type { Actor } from '../../../kernel/actor';
import type { Ledger } from '../../../kernel/ledger';
import { newId } from '../../../schema/ids';
import { borrowersImport, borrowersRoom, checkRegistration } from '../../../subgraphs/borrowers/subgraph';
import { testRooms } from '../../support/test-rooms';
import { erase, openCreditor, PARTICULARS, register, REGISTER } from './scene';

/** While held, the room learns nothing new from the ledger. */
let held = Promise.resolve();
let follow = (): void => undefined;
const wrapLedger = (ledger: Ledger): Ledger => ({
  room: ledger.room,
  sentAfter: (...asked) => ledger.sentAfter(...asked),
  append: (...asked) => ledger.append(...asked),
  read: async (...asked) => {
    await held;
    const page = await ledger.read(...asked);
    await held;
    return page;
  },
});

const rooms = testRooms([borrowersRoom], { wrapLedger });
const worker = () => rooms.room('borrowers').database.worker;
const rested = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Until somebody stands still at such a statement. Inside a transaction what others do is read once, unless one asks anew. */
async function waiting(admin: Client, condition: string): Promise<void> {
  for (;;) {
    await admin.query('select pg_stat_clear_snapshot()');
    const { rows } = await admin.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and ${condition}`);
    if (rows.length > 0) return;
    await rested();
  }
}

/** Known when the room has followed to the registration. */
async function personOf(borrowerId: string): Promise<string> {
  for (;;) {
    const { rows } = await worker().query<{ id: string }>('select person_id as id from standing_person where borrower_id = $1', [borrowerId]);
    if (rows[0] !== undefined) return rows[0].id;
    await rested();
  }
}

/** Answered when the room has followed. */
async function registerMeanwhile(staff: Actor, nationalId: string): Promise<string> {
  const { data, errors } = await rooms.execute('borrowers', staff, REGISTER, { input: { clientKey: newId('event'), ...PARTICULARS, nationalId } });
  if (data === null) throw new Error(JSON.stringify(errors));
  return (data['registerBorrower'] as { borrower: { id: string } }).borrower.id;
}

interface Race {
  readonly number: string;
  /** Of the second creditor, who registers him, and of a third, who does so when everything is over. */
  readonly second: Actor;
  readonly third: Actor;
  readonly erasing: Promise<unknown>;
  readonly personBefore: string;
}

/** The first creditor's erasure is in the ledger, and the room has not followed to it. */
async function erasedInTheLag(): Promise<Race> {
  const number = `SYN-P-${newId('event').slice(-12).toUpperCase()}`;
  const [first, second, third] = [await openCreditor(rooms), await openCreditor(rooms), await openCreditor(rooms)];
  const { borrower } = await register(rooms, first.staff, { ...PARTICULARS, nationalId: number });
  const personBefore = await personOf(borrower!.id);
  held = new Promise((resolve) => (follow = resolve));
  const ledger = rooms.ledger.ledgerFor('borrowers');
  const { size } = await ledger.read(0, 1, 0);
  const erasing = erase(rooms, first.staff, borrower!.id);
  for (;;) {
    const { entries } = await ledger.read(size, 100, 0);
    if (entries.some(({ bytes }) => parseEntry(bytes).event.type === 'borrowers.BorrowerErased')) break;
    await rested();
  }
  return { number, second: second.staff, third: third.staff, erasing, personBefore };
}

async function expectOnePerson({ number, third, erasing }: Race, borrowerId: string): Promise<string> {
  await erasing;
  const personId = await personOf(borrowerId);
  expect(await personOf(await registerMeanwhile(third, number))).toBe(personId);
  return personId;
}

afterEach(() => follow());

describe('a person whom one creditor erases', () => {
  it('registered by another before the room follows to the erasure stays that person', async () => {
    const race = await erasedInTheLag();
    const registering = registerMeanwhile(race.second, race.number);
    while ((await worker().query('select from borrower where creditor_id = $1', [race.second.org])).rows.length === 0) await rested();
    follow();
    expect(await expectOnePerson(race, await registering)).toBe(race.personBefore);
  });

  it('imported by another before the room follows to the erasure stays that person', async () => {
    const race = await erasedInTheLag();
    const tools = { worker: worker(), keyStore: rooms.keyStore };
    const batch = { batchId: newId('batch'), creditorId: race.second.org, fileHash: Buffer.from(race.number), mappingHash: Buffer.alloc(32) };
    const checked = checkRegistration({ name: 'Synthetic Person', nationalId: race.number });
    if (!checked.ok) throw new Error(checked.message);
    await borrowersImport.openBatch(tools, batch);
    const staged = await borrowersImport.stage(tools, batch, [{ rowNo: 1, registration: checked.registration }]);
    expect(await borrowersImport.move(tools, batch)).toBe(1);
    await borrowersImport.closeBatch(tools, batch.batchId);
    follow();
    expect(await expectOnePerson(race, staged.get(1)!)).toBe(race.personBefore);
  });

  it('being registered by another when the room follows to the erasure is waited for, and stays that person', async () => {
    const race = await erasedInTheLag();
    const admin = await rooms.database.admin();
    // What the ledger is told is written last: there the registration stands still.
    await admin.query('begin; lock table borrowers.outbox in share mode');
    const registering = registerMeanwhile(race.second, race.number);
    await waiting(admin, `query like 'insert into outbox%'`);
    follow();
    await waiting(admin, `query like '%from person where%for update'`);
    await admin.query('commit');
    expect(await expectOnePerson(race, await registering)).toBe(race.personBefore);
  });

  it('registered by another while he is being forgotten is a new person, and the same one to everybody from then on', async () => {
    const race = await erasedInTheLag();
    const admin = await rooms.database.admin();
    // The row of the erasure is written after the person is forgotten: there the follower stands still.
    await admin.query('begin; lock table borrowers.erasure in share mode');
    follow();
    await waiting(admin, `query like 'insert into erasure%'`);
    const registering = registerMeanwhile(race.second, race.number);
    await waiting(admin, `query like 'select person_of%'`);
    await admin.query('commit');
    expect(await expectOnePerson(race, await registering)).not.toBe(race.personBefore);
  });
});
