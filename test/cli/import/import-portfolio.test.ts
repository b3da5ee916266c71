/** Imports on a real database with a real ledger: every valid row once, whatever happens in between, and nothing in clear. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importPortfolio, type ImportOptions, type ImportReport } from '../../../cli/import/import-portfolio';
import { newId } from '../../../schema/ids';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { dyingPool } from './dying-pool';
import { CSV, MAPPING, one, TOLD, traceOf as trace, WHOLE } from './scene';

const rooms = testRooms([borrowersRoom, debtsRoom]);
let folder: string;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-import-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await fs.writeFile(file, content);
  return file;
}

const pools = () => ({ borrowers: rooms.room('borrowers').database.worker, debts: rooms.room('debts').database.worker });

function optionsFor(file: string, creditorId: string): ImportOptions {
  return { file, mapping: MAPPING, creditorId, tools: { ...pools(), keyStore: rooms.keyStore, assertWhole: () => Promise.resolve() }, rowsPerChunk: 3 };
}

async function imported(content: string, creditorId: string, name = 'portfolio.csv'): Promise<ImportReport> {
  return importPortfolio(optionsFor(await write(name, content), creditorId));
}

const traceOf = (creditorId: string): Promise<unknown> => trace(pools(), creditorId);

describe('an import', () => {
  it('brings every valid row in once and waits for its last ledger entry', async () => {
    const creditorId = newId('creditor');
    const report = await imported(CSV, creditorId);
    expect(report).toMatchObject({ ...TOLD, resumed: false, attribution: 'Nobody in particular', ledger: { appended: true } });
    expect(await traceOf(creditorId)).toEqual(WHOLE);
    const { index } = await one<{ index: number }>(pools().debts, `select ledger_index as index from delivery join outbox on id = outbox_id where streams = '["creditor:' || $1 || '"]'`, [creditorId]);
    expect(report.ledger).toEqual({ appended: true, ledgerIndex: expect.any(Number) as number });
    expect(report.ledger).toHaveProperty('ledgerIndex', Math.max(index, (report.ledger as { ledgerIndex: number }).ledgerIndex));
  });

  it('names rejected rows by line, row and reason, and repeats nothing of them', async () => {
    const report = await imported(CSV, newId('creditor'));
    expect(await fs.readFile(report.rejectsFile, 'utf8')).toBe(
      'line,row,reason,place\n13,12,OVERDUE_WITHOUT_BALANCE,reject[0]\n14,13,NOT_A_NUMBER,debt.components.principal.minorUnits\n',
    );
  });

  it('rejects a row whose reference another portfolio of the creditor already uses', async () => {
    const creditorId = newId('creditor');
    await imported(CSV, creditorId);
    const report = await imported('no,person,owed,late\n\n2,2,1,30\n20,20,1,30\n', creditorId, 'second.csv');
    expect(report).toMatchObject({ rows: 2, accepted: 1, rejected: { DEBT_REFERENCE_UNUSED: 1 } });
    expect(await fs.readFile(report.rejectsFile, 'utf8')).toBe('line,row,reason,place\n3,1,DEBT_REFERENCE_UNUSED,debt.reference\n');
  });

  it('finds the borrowers a creditor already has, and only his', async () => {
    const [creditorId, other] = [newId('creditor'), newId('creditor')];
    await imported(CSV, creditorId);
    await imported('no,person,owed,late\n21,1,1,30\n22,22,1,30\n', creditorId, 'second.csv');
    await imported('no,person,owed,late\n1,1,1,30\n', other, 'third.csv');
    expect(await traceOf(creditorId)).toMatchObject({ borrowers: 10, debts: 12, debtors: 10 });
    expect(await traceOf(other)).toMatchObject({ borrowers: 1 });
    await rooms.settled();
    const { rows } = await pools().borrowers.query<{ people: number }>(
      `select count(distinct person_id) as people from standing_person where creditor_id = any($1) group by person_id having count(*) = 2`,
      [[creditorId, other]],
    );
    expect(rows).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['a broken quote on its last line', `${CSV}14,"14,1,30\n`, 'NOT_CSV'],
    ['another header', CSV.replace('person', 'who'), 'WRONG_HEADER'],
  ])('of a file with %s registers nothing and leaves no rejects file', async (_case, content, code) => {
    const creditorId = newId('creditor');
    await expect(imported(content, creditorId, 'broken.csv')).rejects.toMatchObject({ code });
    expect(await traceOf(creditorId)).toMatchObject({ borrowers: 0, debts: 0, debtEvents: 0 });
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('broken.csv.'))).toEqual([]);
  });

  it('of the same file again is refused', async () => {
    const creditorId = newId('creditor');
    await imported(CSV, creditorId);
    await expect(imported(CSV, creditorId)).rejects.toMatchObject({ code: 'DUPLICATE_IMPORT' });
    expect(await traceOf(creditorId)).toEqual(WHOLE);
  });

  it('of the same file for another creditor is another import', async () => {
    const creditorId = newId('creditor');
    await imported(CSV, newId('creditor'));
    await imported(CSV, creditorId);
    expect(await traceOf(creditorId)).toEqual(WHOLE);
  });

  it('is refused while another one runs for the creditor', async () => {
    const creditorId = newId('creditor');
    const other = await rooms.database.admin();
    await other.query('select pg_advisory_lock(hashtextextended($1, 0))', [`import ${creditorId}`]);
    await expect(imported(CSV, creditorId)).rejects.toMatchObject({ code: 'IMPORT_RUNNING' });
    expect(await traceOf(creditorId)).toMatchObject({ borrowers: 0, debts: 0 });
  });

  it('keeps nothing in clear: not in staging, not in tables, not in its records', async () => {
    const creditorId = newId('creditor');
    const staged: string[] = [];
    const { borrowers, debts } = pools();
    const admin = await rooms.database.admin();
    const watching = dyingPool(borrowers, Number.POSITIVE_INFINITY, async (sql) => {
      if (sql === 'begin') staged.push(JSON.stringify((await admin.query(`select s.*, encode(s.name, 'escape') as a, encode(s.employer, 'escape') as b from borrowers.staged_borrower s`)).rows));
    });
    await importPortfolio({ ...optionsFor(await write('portfolio.csv', CSV), creditorId), tools: { borrowers: watching.pool, debts, keyStore: rooms.keyStore, assertWhole: () => Promise.resolve() } });
    const kept = [
      ...staged,
      JSON.stringify((await borrowers.query(`select encode(name, 'escape'), encode(national_id, 'escape'), encode(employer, 'escape') from borrower`)).rows),
      JSON.stringify((await borrowers.query(`select encode(value, 'escape') from contact_point`)).rows),
      JSON.stringify((await borrowers.query(`select convert_from(event, 'UTF8'), disclosures from outbox`)).rows),
      JSON.stringify((await debts.query(`select convert_from(event, 'UTF8'), disclosures from outbox`)).rows),
    ].join('\n');
    expect(staged.join('').length).toBeGreaterThan(1_000);
    // Whole values only: four characters of one, as 'SYN7', stand by chance in ciphertext or Base64.
    expect(kept).not.toMatch(/Synthetic|SYN\d{12}|120255501\d{6}/);
    expect(kept).not.toContain(Buffer.from('Synthetic').toString('hex'));
  });
});
