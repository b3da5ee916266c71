import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { importPortfolio, type ImportOptions, type ImportReport } from '../../../cli/import/import-portfolio';
import { newId } from '../../../schema/ids';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';

const rooms = testRooms([borrowersRoom, debtsRoom]);
let folder: string;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-import-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

const MAPPING = JSON.stringify({
  mapping: 1,
  title: 'A test',
  attribution: 'Nobody in particular',
  csv: { columns: ['no', 'person', 'owed', 'late'] },
  let: { late: { integer: { column: 'late' } } },
  skip: [{ when: { equal: [{ let: 'late' }, 0] }, reason: 'NOT_OVERDUE' }],
  reject: [{ when: { empty: { column: 'owed' } }, reason: 'OVERDUE_WITHOUT_BALANCE' }],
  borrower: {
    name: { synthetic: 'name', seed: 's', key: { column: 'person' } },
    nationalId: { synthetic: 'nationalId', seed: 's', key: { column: 'person' } },
    employer: { synthetic: 'employer', seed: 's', key: { column: 'person' } },
    contactPoints: [
      { kind: 'PHONE', value: { synthetic: 'phone', seed: 's', key: { column: 'person' } }, source: 'CONTRACT' },
      { kind: 'ADDRESS', value: { synthetic: 'address', seed: 's', key: { column: 'person' } }, source: 'PUBLIC_CHANNEL' },
    ],
  },
  debt: {
    reference: { concat: ['R-', { column: 'no' }] },
    product: 'CREDIT_CARD',
    region: 'CN',
    currency: 'CNY',
    asOf: '2026-10-31',
    daysPastDue: { let: 'late' },
    components: { principal: { minorUnits: { number: { column: 'owed' } }, currency: 'CNY' } },
    payments: [{ amount: 500, receivedOn: '2026-09-30' }],
  },
});

/** Ten debts of nine people, one client who is not overdue, two rows that are rejected. */
const ROWS = [
  ...Array.from({ length: 9 }, (_, at) => `${at + 1},${at + 1},100.${at}0,30`),
  '10,3,5.55,60',
  '11,11,9,0',
  '12,12,,30',
  '13,13,ten,30',
];
const CSV = `no,person,owed,late\n${ROWS.join('\n')}\n`;
const TOLD = { rows: 13, accepted: 10, skipped: { NOT_OVERDUE: 1 }, rejected: { OVERDUE_WITHOUT_BALANCE: 1, NOT_A_NUMBER: 1 } };

async function write(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await fs.writeFile(file, content);
  return file;
}

const pools = () => ({ borrowers: rooms.room('borrowers').database.worker, debts: rooms.room('debts').database.worker });

function optionsFor(file: string, creditorId: string): ImportOptions {
  return { file, mapping: MAPPING, creditorId, tools: { ...pools(), keyStore: rooms.keyStore }, rowsPerChunk: 3 };
}

async function imported(content: string, creditorId: string, name = 'portfolio.csv'): Promise<ImportReport> {
  return importPortfolio(optionsFor(await write(name, content), creditorId));
}

async function one<T>(pool: Pool, sql: string, values: unknown[]): Promise<T> {
  return (await pool.query(sql, values)).rows[0] as T;
}

/** Everything an import of a creditor left behind, in numbers. */
async function traceOf(creditorId: string): Promise<unknown> {
  const { borrowers, debts } = pools();
  const outbox = (pool: Pool, type: string) =>
    one<{ count: number }>(pool, `select count(*) from outbox where streams like '%' || $1 || '%' and convert_from(event, 'UTF8') like '%"type":"' || $2 || '"%'`, [creditorId, type]);
  const registered = await one<{ sum: number | null }>(
    borrowers,
    `select sum((convert_from(event, 'UTF8')::json -> 'facts' ->> 'count')::int) from outbox where streams like '%' || $1 || '%'`,
    [creditorId],
  );
  return {
    borrowers: (await one<{ count: number }>(borrowers, 'select count(*) from borrower where creditor_id = $1', [creditorId])).count,
    contacts: (await one<{ count: number }>(borrowers, 'select count(*) from contact_point where creditor_id = $1', [creditorId])).count,
    registered: Number(registered.sum),
    debts: (await one<{ count: number }>(debts, 'select count(*) from debt where creditor_id = $1', [creditorId])).count,
    debtors: (await one<{ count: number }>(debts, 'select count(distinct borrower_id) from debt where creditor_id = $1', [creditorId])).count,
    payments: (await one<{ count: number }>(debts, 'select count(*) from payment where creditor_id = $1', [creditorId])).count,
    debtEvents: (await outbox(debts, 'debts.DebtRegistered')).count,
    portfolioEvents: (await outbox(debts, 'debts.PortfolioImported')).count,
    staged:
      (await one<{ count: number }>(borrowers, 'select count(*) from staged_borrower s join import_batch b on b.id = s.batch_id where b.creditor_id = $1', [creditorId])).count +
      (await one<{ count: number }>(debts, 'select count(*) from debt_staging s join import_batch b on b.id = s.batch_id where b.creditor_id = $1', [creditorId])).count,
  };
}

const WHOLE = { borrowers: 9, contacts: 18, registered: 9, debts: 10, debtors: 9, payments: 10, debtEvents: 10, portfolioEvents: 1, staged: 0 };

describe('an import', () => {
  it('brings every valid row in once and waits for its last ledger entry', async () => {
    const creditorId = newId('creditor');
    const report = await imported(CSV, creditorId);
    expect(report).toMatchObject({ ...TOLD, resumed: false, attribution: 'Nobody in particular', ledger: { appended: true } });
    expect(await traceOf(creditorId)).toEqual(WHOLE);
    const { index } = await one<{ index: number }>(pools().debts, `select ledger_index as index from outbox where streams = '["creditor:' || $1 || '"]'`, [creditorId]);
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
    await importPortfolio({ ...optionsFor(await write('portfolio.csv', CSV), creditorId), tools: { borrowers: watching.pool, debts, keyStore: rooms.keyStore } });
    const kept = [
      ...staged,
      JSON.stringify((await borrowers.query(`select encode(name, 'escape'), encode(national_id, 'escape'), encode(employer, 'escape') from borrower`)).rows),
      JSON.stringify((await borrowers.query(`select encode(value, 'escape') from contact_point`)).rows),
      JSON.stringify((await borrowers.query(`select convert_from(event, 'UTF8'), disclosures from outbox`)).rows),
      JSON.stringify((await debts.query(`select convert_from(event, 'UTF8'), disclosures from outbox`)).rows),
    ].join('\n');
    expect(staged.join('').length).toBeGreaterThan(1_000);
    expect(kept).not.toMatch(/Synthetic|SYN\d|\+?1202555|Synthetic City/);
    expect(kept).not.toContain(Buffer.from('Synthetic').toString('hex'));
  });
});

/** Counts the statements of a process and kills it before one of them: after the one before it, as the database sees it. */
function dyingPool(pool: Pool, at: number, watch: (sql: string) => Promise<void> = async () => undefined) {
  const life = { statements: 0, isDead: false };
  const die = (): never => {
    life.isDead = true;
    throw new Error('killed');
  };
  const send = async (target: { query(...parameters: unknown[]): Promise<unknown> }, parameters: unknown[]): Promise<unknown> => {
    life.statements += 1;
    if (life.isDead || life.statements >= at) die();
    const [statement] = parameters as [string | { text?: string }];
    await watch(typeof statement === 'string' ? statement : (statement.text ?? ''));
    return target.query(...parameters);
  };
  const isCopy = (statement: unknown): boolean => typeof statement === 'object' && statement !== null && 'pipe' in statement;
  const client = (target: PoolClient): PoolClient =>
    new Proxy(target, {
      get(_target, property) {
        if (property === 'query') return (...parameters: unknown[]) => (isCopy(parameters[0]) ? (target.query as (...all: unknown[]) => unknown)(...parameters) : send(target, parameters));
        // A dead process's connection is closed by the system: its transaction is rolled back, its locks are freed.
        if (property === 'release') return () => target.release(life.isDead);
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
      },
    });
  const proxy = new Proxy(pool, {
    get(target, property) {
      if (property === 'connect') return async () => (life.isDead ? die() : client(await target.connect()));
      if (property === 'query') return (...parameters: unknown[]) => send(target, parameters);
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
    },
  });
  return { pool: proxy, life };
}

describe.each(['borrowers', 'debts'] as const)('an import killed while it writes to the %s room', (room) => {
  it('at any statement goes on without loss or repeat', async () => {
    const file = await write(`killed-${room}.csv`, CSV);
    const optionsOf = (creditorId: string): ImportOptions => ({ ...optionsFor(file, creditorId), rowsPerChunk: 5, patienceMs: 0 });
    const runUntil = async (at: number, creditorId: string): Promise<number> => {
      const { pool, life } = dyingPool(pools()[room], at);
      const options = optionsOf(creditorId);
      const run = importPortfolio({ ...options, tools: { ...options.tools, [room]: pool } });
      if (at === Number.POSITIVE_INFINITY) await run;
      else await expect(run).rejects.toThrow('killed');
      return life.statements;
    };
    const total = await runUntil(Number.POSITIVE_INFINITY, newId('creditor'));
    expect(total).toBeGreaterThan(15);
    for (let at = 1; at < total; at += 1) {
      const creditorId = newId('creditor');
      await runUntil(at, creditorId);
      await importPortfolio(optionsOf(creditorId)).catch((error: unknown) => {
        // Killed after its last statement that counts: then the import is complete and is not done again.
        expect(error).toMatchObject({ code: 'DUPLICATE_IMPORT' });
      });
      expect({ at, trace: await traceOf(creditorId) }).toEqual({ at, trace: WHOLE });
    }
  }, 60_000);
});
