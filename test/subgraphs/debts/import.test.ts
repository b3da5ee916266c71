/** The import of a portfolio: staged once, moved in chunks, resumable anywhere, and all of it in the ledger. */
import { debtsImport, debtsRoom, type DebtsImportTools, type StagedDebt } from '../../../subgraphs/debts/subgraph';
import { newId } from '../../../schema/ids';
import { testRooms } from '../../support/test-rooms';
import { command, forPurpose, openScene, read, registerBorrower, type Scene } from './scene';

const rooms = testRooms([debtsRoom]);
const HASH = 'cd'.repeat(32);

const tools = (): DebtsImportTools => ({ worker: rooms.room('debts').database.worker, keyStore: rooms.keyStore, clock: () => new Date() });

let hashes = 0;
const freshHash = (): string => (++hashes).toString(16).padStart(64, '0');

function row(rowNo: number, borrowerId: string, change: Partial<StagedDebt> = {}): StagedDebt {
  return {
    rowNo,
    debtId: newId('debt'),
    borrowerId,
    reference: `R\t${rowNo}\\n`,
    product: 'CREDIT_CARD',
    region: 'TW',
    currency: 'TWD',
    components: { principal: 100 + rowNo, interest: 0, penaltyInterest: 0, fee: 0, cost: 0 },
    daysPastDue: 30,
    asOf: '2026-09-30',
    payments: [
      { amountMinor: 7, receivedOn: '2026-08-31' },
      { amountMinor: 9, receivedOn: '2026-07-31' },
    ],
    ...change,
  };
}

const rowsOf = (scene: Scene, count: number): StagedDebt[] => Array.from({ length: count }, (_, n) => row(n + 1, scene.borrowerId));

async function* streamed(rows: readonly StagedDebt[]): AsyncGenerator<StagedDebt> {
  yield* rows;
}

async function moveAll(batchId: string, limit: number): Promise<number> {
  let moved = 0;
  for (;;) {
    const chunk = await debtsImport.moveChunk(tools(), batchId, limit);
    moved += chunk.moved;
    if (chunk.isDone) return moved;
  }
}

async function recorded(type: string, creditorId: string): Promise<number> {
  const { rows } = await rooms.room('debts').database.worker.query<{ event: Buffer; streams: string }>('select event, streams from outbox');
  return rows.filter(({ event, streams }) => event.toString().includes(`"type":"${type}"`) && streams.includes(creditorId)).length;
}

async function debtsOf(creditorId: string): Promise<{ reference: string; delinquent_since: string; payments: number }[]> {
  const { rows } = await rooms.room('debts').database.worker.query<{ reference: string; delinquent_since: string; payments: number }>(
    'select reference, delinquent_since::text, (select count(*)::int from payment p where p.debt_id = d.id) as payments from debt d where creditor_id = $1 order by registered_at, reference',
    [creditorId],
  );
  return rows;
}

describe('an import', () => {
  it('registers every row once with its history, and says so in the ledger', async () => {
    const scene = await openScene(rooms);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: HASH });
    expect(await debtsImport.stageDebts(tools(), batch.id, streamed(rowsOf(scene, 7)))).toBe(7);
    expect(await moveAll(batch.id, 3)).toBe(7);
    expect(await debtsImport.closeBatch(tools(), batch.id, 9)).toMatchObject({ state: 'CLOSED', movedRows: 7 });
    const debts = await debtsOf(scene.creditorId);
    expect(debts).toHaveLength(7);
    expect(debts).toContainEqual({ reference: 'R\t1\\n', delinquent_since: '2026-08-31', payments: 2 });
    expect(await recorded('debts.DebtRegistered', scene.creditorId)).toBe(7);
    const { rows } = await rooms.room('debts').database.worker.query<{ event: Buffer }>(`select event from outbox where convert_from(event, 'UTF8') like '%PortfolioImported%' and streams like $1`, [`%${scene.creditorId}%`]);
    expect(rows.map(({ event }) => (JSON.parse(event.toString()) as { facts: unknown }).facts)).toEqual([{ accepted: 7, fileHash: HASH, rejected: 2, rows: 9 }]);
  });

  it('is the same batch for the same file, and closed for good', async () => {
    const scene = await openScene(rooms);
    const file = { creditorId: scene.creditorId, fileHash: freshHash() };
    const batch = await debtsImport.openBatch(tools(), file);
    expect((await debtsImport.openBatch(tools(), file)).id).toBe(batch.id);
    await debtsImport.closeBatch(tools(), batch.id, 0);
    await debtsImport.closeBatch(tools(), batch.id, 0);
    expect(await recorded('debts.PortfolioImported', scene.creditorId)).toBe(1);
    expect(await debtsImport.openBatch(tools(), file)).toMatchObject({ state: 'CLOSED' });
    await expect(debtsImport.stageDebts(tools(), batch.id, rowsOf(scene, 1))).rejects.toThrow('This file has been imported already.');
  });

  it('goes on where it was interrupted, whatever is repeated', async () => {
    const scene = await openScene(rooms);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await debtsImport.stageDebts(tools(), batch.id, rowsOf(scene, 4));
    await debtsImport.moveChunk(tools(), batch.id, 2);
    // A second run begins at the top of the file with new ids, and a third beside it.
    expect(await debtsImport.stageDebts(tools(), batch.id, rowsOf(scene, 6))).toBe(2);
    await expect(debtsImport.closeBatch(tools(), batch.id, 6)).rejects.toThrow('Rows of this import have not been moved yet.');
    const moved = await Promise.all([moveAll(batch.id, 1), moveAll(batch.id, 1)]);
    expect(moved[0] + moved[1]).toBe(4);
    expect(await debtsOf(scene.creditorId)).toHaveLength(6);
    expect(await recorded('debts.DebtRegistered', scene.creditorId)).toBe(6);
  });

  it('leaves nothing behind when a chunk fails between its statements', async () => {
    const scene = await openScene(rooms);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await debtsImport.stageDebts(tools(), batch.id, rowsOf(scene, 3));
    const failing: DebtsImportTools = { ...tools(), keyStore: { ...rooms.keyStore, keys: () => Promise.reject(new Error('the key store went away')) } };
    await expect(debtsImport.moveChunk(failing, batch.id)).rejects.toThrow('the key store went away');
    expect(await debtsOf(scene.creditorId)).toEqual([]);
    expect(await moveAll(batch.id, 10)).toBe(3);
  });

  it('rejects a row whose reference the creditor uses already, and moves the others', async () => {
    const scene = await openScene(rooms);
    const first = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await debtsImport.stageDebts(tools(), first.id, [row(1, scene.borrowerId, { reference: 'A' })]);
    await moveAll(first.id, 10);
    const second = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await debtsImport.stageDebts(tools(), second.id, [row(4, scene.borrowerId, { reference: 'A' }), row(5, scene.borrowerId, { reference: 'B' })]);
    expect(await debtsImport.moveChunk(tools(), second.id)).toEqual({ moved: 1, rejected: [{ rowNo: 4, ruleId: 'DEBT-REFERENCE-UNUSED' }], isDone: true });
    expect(await debtsImport.listRejections(tools(), second.id)).toEqual([{ rowNo: 4, ruleId: 'DEBT-REFERENCE-UNUSED' }]);
    expect((await debtsOf(scene.creditorId)).map(({ payments }) => payments)).toEqual([2, 2]);
  });

  it('shows what it brought to the borrower, with history that stays out of the balance', async () => {
    const scene = await openScene(rooms);
    const { borrowerId, personId } = await registerBorrower(rooms, scene.creditorId);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await debtsImport.stageDebts(tools(), batch.id, [row(1, borrowerId)]);
    await moveAll(batch.id, 10);
    await rooms.settled();
    const borrower = { ...scene.borrower, sub: personId, org: personId };
    const { data } = await read(rooms, borrower, '{ debts(first: 5) { edges { node { id balance { minor } payments(first: 5) { edges { node { source receivedOn amount { minor } allocation { cost } } } } } } } }');
    const history = (minor: number, receivedOn: string) => ({ node: { source: 'HISTORY', receivedOn, amount: { minor }, allocation: null } });
    expect(data).toMatchObject({ debts: { edges: [{ node: { balance: { minor: 101 }, payments: { edges: [history(9, '2026-07-31'), history(7, '2026-08-31')] } } }] } });
  });

  it('needs its rows in the order of the file', async () => {
    const scene = await openScene(rooms);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    await expect(debtsImport.stageDebts(tools(), batch.id, [row(2, scene.borrowerId), row(1, scene.borrowerId)])).rejects.toThrow('rows of an import are staged in ascending order');
  });

  it('makes debts that commands then work on like any other', async () => {
    const scene = await openScene(rooms);
    const batch = await debtsImport.openBatch(tools(), { creditorId: scene.creditorId, fileHash: freshHash() });
    const staged = row(1, scene.borrowerId);
    await debtsImport.stageDebts(tools(), batch.id, [staged]);
    await moveAll(batch.id, 10);
    const paid = await command(rooms, forPurpose(scene.staff, null), 'recordPayment', { debtId: staged.debtId, amount: { minor: 101, currency: 'TWD' }, receivedOn: '2026-10-01' });
    expect(paid).toMatchObject({ __typename: 'PaymentRecorded' });
    const { data } = await read(rooms, scene.staff, 'query ($id: ID!) { debt(id: $id) { state } }', { id: staged.debtId });
    expect(data).toEqual({ debt: { state: 'PAID' } });
  });
});
