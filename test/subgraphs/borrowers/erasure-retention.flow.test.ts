/** What the law has kept of a borrower's debts, through the borrowers room: known from the ledger alone, refused with a day, and said there. */
import { newId } from '../../../schema/ids';
import { erasureRules } from '../../../subgraphs/borrowers/erasure';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { schemaFaults } from '../../support/event-schemas';
import { appendAs } from '../../support/standing';
import { testRooms } from '../../support/test-rooms';
import { WholeLog } from '../../support/whole-log';
import { erase, openCreditor, PARTICULARS, register } from './scene';

const rooms = testRooms([borrowersRoom]);
const log = new WholeLog(rooms.database);

interface Owing {
  readonly creditorId: string;
  readonly borrowerId: string;
  readonly debtId: string;
}

/** As the debts room says it of one debt. */
async function say(type: string, { creditorId, borrowerId, debtId }: Owing, facts: Record<string, string>, occurredAt = new Date()): Promise<void> {
  await appendAs(rooms, 'debts', { type, facts, hidden: { debtId, creditorId, borrowerId }, streams: [`debt:${debtId}`, `borrower:${borrowerId}`, `creditor:${creditorId}`], occurredAt });
  await rooms.settled();
}

const REGISTERED = { asOf: '2011-01-01', currency: 'USD', product: 'CARD', region: 'US' };
const yearsAgo = (years: number): Date => {
  const then = new Date();
  then.setUTCFullYear(then.getUTCFullYear() - years);
  then.setUTCDate(then.getUTCDate() - 2);
  return then;
};
const yearsFromToday = (years: number): string => {
  const today = new Date();
  return new Date(Date.UTC(today.getUTCFullYear() + years, today.getUTCMonth(), today.getUTCDate() + 1)).toISOString().slice(0, 10);
};

async function owing(jurisdiction?: string) {
  const { staff, creditorId } = await openCreditor(rooms);
  if (jurisdiction !== undefined) await appendAs(rooms, 'creditors', { type: 'creditors.CreditorRegistered', facts: { code: `C${newId('creditor').slice(-8)}`, jurisdiction }, hidden: { creditorId }, streams: [`creditor:${creditorId}`] });
  const { borrower } = await register(rooms, staff, { ...PARTICULARS, nationalId: `SYN-R-${newId('event').slice(-12)}` });
  const debt = { creditorId, borrowerId: borrower!.id, debtId: newId('debt') };
  await say('debts.DebtRegistered', debt, REGISTERED, yearsAgo(12));
  return { staff, ...debt };
}

describe('a borrower with a debt', () => {
  it('is not erased while it is open, however old, and the refusal is an entry', async () => {
    const { staff, ...debt } = await owing('US');
    const refused = await erase(rooms, staff, debt.borrowerId, { basis: 'GDPR_17' });
    expect(refused).toMatchObject({ ruleId: 'ERASURE-NO-OPEN-DEBT', message: expect.stringContaining(yearsFromToday(5)) as string });
    await rooms.settled();
    const entry = (await log.events('borrowers.CommandRefused')).find(({ hidden }) => hidden['borrowerId'] === debt.borrowerId);
    expect(entry).toMatchObject({ facts: { command: 'eraseBorrower', ruleId: 'ERASURE-NO-OPEN-DEBT', rulePack: 'erasure-2026.2' } });
    expect(schemaFaults(entry!.stored)).toEqual([]);
    expect((await rooms.keyStore.keys([debt.borrowerId])).size).toBe(1);
  });

  it.each([
    ['US', 5, 6],
    ['CN', 10, 11],
    [undefined, 10, 11],
  ])('that is settled, of a creditor in %s, is erased when %i years are over', async (jurisdiction, years, over) => {
    const [young, old] = [await owing(jurisdiction), await owing(jurisdiction)];
    await say('debts.DebtSettled', young, { settledOn: '2026-01-01' });
    expect(await erase(rooms, young.staff, young.borrowerId)).toMatchObject({ ruleId: 'ERASURE-RETENTION-ENDED', message: expect.stringContaining(yearsFromToday(years)) as string });
    await say('debts.DebtSettled', old, { settledOn: '2026-01-01' }, yearsAgo(over));
    expect(await erase(rooms, old.staff, old.borrowerId)).toMatchObject({ __typename: 'BorrowerErased' });
  });

  it('counts from the last thing recorded of any of his debts, in whatever order it was said', async () => {
    const { staff, ...debt } = await owing('US');
    const another = { ...debt, debtId: newId('debt') };
    await say('debts.PaymentRecorded', another, { currency: 'USD', receivedOn: '2026-01-01' });
    await say('debts.DebtSettled', debt, { settledOn: '2026-01-01' }, yearsAgo(11));
    expect(await erase(rooms, staff, debt.borrowerId)).toMatchObject({ ruleId: 'ERASURE-NO-OPEN-DEBT' });
    await say('debts.DebtSettled', another, { settledOn: '2026-01-01' }, yearsAgo(11));
    expect(await erase(rooms, staff, debt.borrowerId)).toMatchObject({ ruleId: 'ERASURE-RETENTION-ENDED', message: expect.stringContaining(yearsFromToday(5)) as string });
  });

  it('whose settlement is said in one breath with what came before is settled, and old', async () => {
    const { staff, ...debt } = await owing('US');
    const said = { hidden: { debtId: debt.debtId, creditorId: debt.creditorId, borrowerId: debt.borrowerId }, streams: [`debt:${debt.debtId}`, `borrower:${debt.borrowerId}`, `creditor:${debt.creditorId}`] as const };
    const page = [['debts.DebtSettled', 8], ['debts.PaymentRecorded', 9], ['debts.AmountDetermined', 10]] as const;
    for (const [type, years] of page) await appendAs(rooms, 'debts', { type, facts: {}, ...said, occurredAt: yearsAgo(years) });
    await rooms.settled();
    const { rows } = await rooms.room('borrowers').database.worker.query('select settled, recorded_at from standing_debt where debt_id = $1', [debt.debtId]);
    expect(rows).toEqual([{ settled: true, recorded_at: expect.any(Date) as Date }]);
    expect((rows[0] as { recorded_at: Date }).recorded_at.getUTCFullYear()).toBe(yearsAgo(8).getUTCFullYear());
    expect(await erase(rooms, staff, debt.borrowerId)).toMatchObject({ __typename: 'BorrowerErased' });
  });

  it('is erased under the final order of a court, and the entry cites the rules that were left', async () => {
    const { staff, borrowerId } = await owing('CN');
    expect(await erase(rooms, staff, borrowerId, { basis: 'COURT_ORDER' })).toMatchObject({ __typename: 'BorrowerErased' });
    const [entry] = (await log.events('borrowers.BorrowerErased')).filter(({ hidden }) => hidden['borrowerId'] === borrowerId);
    expect(entry!.parsed.event).toMatchObject({ facts: { basis: 'COURT_ORDER' }, decision: { outcome: 'ALLOW', rules: erasureRules('COURT_ORDER') } });
    expect(schemaFaults(entry!.stored)).toEqual([]);
  });
});
