/** The fence between users of the blind-index key and its rotation: it waits for who came before, and refuses who still has the key before. */
import type { Client } from 'pg';
import { blindIndex, deriveMasterKeys } from '../../../kernel/vault/master-keys';
import { nationalIdIndex, normaliseNationalId } from '../../../subgraphs/borrowers/borrower';
import { borrowersImport, borrowersRoom, fenceGeneration, rotateBlindIndex } from '../../../subgraphs/borrowers/subgraph';
import { testRooms } from '../../support/test-rooms';
import { openCreditor, PARTICULARS, register, REGISTER } from './scene';

const rooms = testRooms([borrowersRoom]);
const worker = () => rooms.room('borrowers').database.worker;
const NUMBER = 'SYN-W-7777';
const batch = { batchId: 'batch_1', creditorId: 'creditor_1', fileHash: Buffer.alloc(32), mappingHash: Buffer.alloc(32) };

/** Until somebody waits for such a lock. */
async function waiting(admin: Client, condition: string): Promise<void> {
  for (;;) {
    const { rows } = await admin.query(`select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database()) and ${condition}`);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('a rotation waits for a registration that is under way, and indexes what it wrote anew', async () => {
  const { staff, creditorId } = await openCreditor(rooms);
  const admin = await rooms.database.admin();
  // What the ledger is told is written last: there the registration stands still.
  await admin.query('begin; lock table borrowers.outbox in share mode');
  const registering = register(rooms, staff, { ...PARTICULARS, nationalId: NUMBER });
  await waiting(admin, `relation = 'borrowers.outbox'::regclass`);
  const fencing = fenceGeneration(worker(), 2);
  await waiting(admin, `locktype = 'advisory' and mode = 'ExclusiveLock'`);
  await admin.query('commit');
  const [{ borrower }, isFenced] = await Promise.all([registering, fencing]);
  expect(isFenced).toBe(true);
  const next = deriveMasterKeys(rooms.database.config.masterKey, 2);
  expect(await rotateBlindIndex({ worker: worker(), keyStore: rooms.keyStore, next, generation: 2 })).toBe(1);
  const index = blindIndex(next, nationalIdIndex(creditorId), normaliseNationalId(NUMBER)!);
  expect((await worker().query('select id from borrower where national_id_index = $1', [index])).rows).toEqual([{ id: borrower!.id }]);
});

it('whoever still has the generation before is refused: to register, to look up and to begin an import', async () => {
  const { staff } = await openCreditor(rooms);
  await rooms.settled();
  const counted = async () => (await worker().query<Record<string, number>>('select (select count(*)::int from borrower) as borrowers, (select count(*)::int from person) as persons, (select count(*)::int from import_batch) as batches')).rows;
  const before = await counted();
  const asked: [string, Record<string, unknown>][] = [
    [REGISTER, { input: { clientKey: 'outdated', ...PARTICULARS, nationalId: NUMBER } }],
    ['query ($n: String!) { borrowerByNationalId(nationalId: $n) { id } }', { n: NUMBER }],
  ];
  for (const [document, variables] of asked) {
    const { errors } = await rooms.execute('borrowers', staff, document, variables);
    expect(errors).toMatchObject([{ message: expect.stringContaining('restarted') as string, extensions: { code: 'UNAVAILABLE' } }]);
  }
  await expect(borrowersImport.openBatch({ worker: worker(), keyStore: rooms.keyStore }, batch)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await counted()).toEqual(before);
});

it('who was registered without a number concerns no index, and is taken', async () => {
  const { staff } = await openCreditor(rooms);
  expect(await register(rooms, staff, { ...PARTICULARS, nationalId: null })).toMatchObject({ __typename: 'BorrowerRegistered' });
});

it('a rotation does not begin while an import is open, whose rows wait with indexes', async () => {
  const tools = { worker: worker(), keyStore: { ...rooms.keyStore, generation: 2 } };
  await borrowersImport.openBatch(tools, batch);
  expect(await fenceGeneration(worker(), 3)).toBe(false);
  await borrowersImport.closeBatch(tools, batch.batchId);
  expect(await fenceGeneration(worker(), 3)).toBe(true);
});
