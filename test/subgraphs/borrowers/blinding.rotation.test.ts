/** A rotation of the blind-index key: everybody is found under the new key and by nobody under the old one, killed anywhere or not. */
import { blindIndex, deriveMasterKeys, type MasterKeys } from '../../../kernel/vault/master-keys';
import { nationalIdIndex, normaliseNationalId, PERSON_INDEX } from '../../../subgraphs/borrowers/borrower';
import { borrowersRoom, fenceGeneration, rotateBlindIndex } from '../../../subgraphs/borrowers/subgraph';
import { dyingPool } from '../../support/dying-pool';
import { schemaFaults } from '../../support/event-schemas';
import { testRooms } from '../../support/test-rooms';
import { WholeLog } from '../../support/whole-log';
import { erase, openCreditor, PARTICULARS, register } from './scene';

const rooms = testRooms([borrowersRoom]);
const log = new WholeLog(rooms.database);
const numbers = Array.from({ length: 5 }, (_, n) => `SYN-R-000${n}`);
let creditorId: string;
let borrowers: string[];
let erased: string;
let generation = 1;

const keysOf = (of: number): MasterKeys => deriveMasterKeys(rooms.database.config.masterKey, of);
const worker = () => rooms.room('borrowers').database.worker;

beforeAll(async () => {
  const bank = await openCreditor(rooms);
  creditorId = bank.creditorId;
  borrowers = [];
  for (const nationalId of numbers) borrowers.push((await register(rooms, bank.staff, { ...PARTICULARS, nationalId })).borrower!.id);
  // One without a number, and one who is gone: neither has anything to index.
  await register(rooms, bank.staff, { ...PARTICULARS, nationalId: null });
  erased = (await register(rooms, bank.staff, { ...PARTICULARS, nationalId: 'SYN-R-9999' })).borrower!.id;
  await erase(rooms, bank.staff, erased);
});

async function found(of: number): Promise<(string | null)[]> {
  return Promise.all(
    numbers.map(async (number) => {
      const index = blindIndex(keysOf(of), nationalIdIndex(creditorId), normaliseNationalId(number)!);
      const { rows } = await worker().query<{ id: string }>('select id from borrower where creditor_id = $1 and national_id_index = $2', [creditorId, index]);
      return rows[0]?.id ?? null;
    }),
  );
}

async function persons(of: number): Promise<(string | null)[]> {
  return Promise.all(
    numbers.map(async (number) => {
      const { rows } = await worker().query<{ id: string }>('select id from person where national_id_index = $1', [blindIndex(keysOf(of), PERSON_INDEX, normaliseNationalId(number)!)]);
      return rows[0]?.id ?? null;
    }),
  );
}

/** The generation before is fenced out first, as the command does. */
async function rotation(to: number, pool = worker()) {
  expect(await fenceGeneration(worker(), to)).toBe(true);
  return { worker: pool, keyStore: rooms.keyStore, next: keysOf(to), generation: to, pageSize: 2 };
}
const nobody = numbers.map(() => null);

async function entries(): Promise<unknown[]> {
  await rooms.settled();
  const said = await log.events('borrowers.BlindIndexRotated');
  expect(said.flatMap(({ stored }) => schemaFaults(stored))).toEqual([]);
  return said.map(({ facts }) => facts);
}

async function delivered(): Promise<void> {
  for (;;) {
    const { rows } = await worker().query<{ open: number }>('select count(*)::int as open from outbox left join delivery on outbox_id = id where outbox_id is null');
    if (rows[0]!.open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a rotation of the blind-index key', () => {
  it('leaves everybody who has a number to be found under the new key, as the same person, and nobody under the old one', async () => {
    const known = await persons(1);
    const progress: number[] = [];
    expect(await rotateBlindIndex({ ...(await rotation(2)), onProgress: ({ done, total }) => progress.push(done / total) })).toBe(5);
    generation = 2;
    expect(await found(2)).toEqual(borrowers);
    expect(await persons(2)).toEqual(known);
    expect([await found(1), await persons(1)]).toEqual([nobody, nobody]);
    expect(progress).toEqual([0.4, 0.8, 1, 1]);
    await delivered();
    expect(await entries()).toEqual([{ borrowers: 5, generation: 2 }]);
  });

  it('gives an erased borrower no index again', async () => {
    const { rows } = await worker().query('select national_id_index from borrower where id = $1', [erased]);
    expect(rows).toEqual([{ national_id_index: null }]);
  });

  it('repeated when it has ended changes nothing and says nothing', async () => {
    expect(await rotateBlindIndex(await rotation(2))).toBe(5);
    await delivered();
    expect(await entries()).toHaveLength(1);
  });

  it.each([3, 9, 15, 20, 22, 24].flatMap((dieAt) => [false, true].map((persisted) => ({ dieAt, persisted }))))('killed at statement $dieAt, persisted: $persisted, goes on where it was, with one entry', async ({ dieAt, persisted }) => {
    const before = (await entries()).length;
    const to = generation + 1;
    const dying = dyingPool(worker(), dieAt, persisted);
    await expect(rotateBlindIndex(await rotation(to, dying.pool))).rejects.toThrow('the connection died');
    expect(dying.isDead()).toBe(true);
    expect(await rotateBlindIndex(await rotation(to))).toBe(5);
    generation = to;
    expect(await found(to)).toEqual(borrowers);
    expect(await found(to - 1)).toEqual(nobody);
    await delivered();
    expect(await entries()).toHaveLength(before + 1);
  });

  it('stops between two pages when it is interrupted', async () => {
    const stop = new AbortController();
    const to = generation + 1;
    await expect(rotateBlindIndex({ ...(await rotation(to)), signal: stop.signal, onProgress: () => stop.abort(new Error('interrupted')) })).rejects.toThrow('interrupted');
    expect((await found(to)).filter((id) => id !== null)).toHaveLength(2);
    expect(await rotateBlindIndex(await rotation(to))).toBe(5);
    generation = to;
    expect(await found(to)).toEqual(borrowers);
  });
});
