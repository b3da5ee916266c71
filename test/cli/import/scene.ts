/** A small portfolio, its mapping, and what a complete import of it leaves behind. */
import type { Pool } from 'pg';

export interface ImportPools {
  readonly borrowers: Pool;
  readonly debts: Pool;
}

export const MAPPING = JSON.stringify({
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
export const CSV = `no,person,owed,late\n${ROWS.join('\n')}\n`;
export const TOLD = { rows: 13, accepted: 10, skipped: { NOT_OVERDUE: 1 }, rejected: { OVERDUE_WITHOUT_BALANCE: 1, NOT_A_NUMBER: 1 } };

export async function one<T>(pool: Pool, sql: string, values: unknown[]): Promise<T> {
  return (await pool.query(sql, values)).rows[0] as T;
}

/** Everything an import of a creditor left behind, in numbers. */
export async function traceOf({ borrowers, debts }: ImportPools, creditorId: string): Promise<unknown> {
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

export const WHOLE = { borrowers: 9, contacts: 18, registered: 9, debts: 10, debtors: 9, payments: 10, debtEvents: 10, portfolioEvents: 1, staged: 0 };
