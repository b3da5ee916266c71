/** Components, dates, registration and determination: the small rules everything else stands on. */
import { daysBefore, daysBetween, wrongPart } from '../../../subgraphs/debts/components';
import { refuseRegistration, stateOf } from '../../../subgraphs/debts/debt';
import { isAmountCurrent, refuseDetermination } from '../../../subgraphs/debts/determination';
import { AMOUNT_AGE_DAYS_MAX, BUSINESS_ZONE, businessDate } from '../../../subgraphs/debts/rule-pack';

const OWED = { principal: 100, interest: 0, penaltyInterest: 0, fee: 0, cost: 0 };

describe('what is owed', () => {
  it.each([
    ['whole parts', OWED, null],
    ['nothing at all', { ...OWED, principal: 0 }, null],
    ['a negative part', { ...OWED, fee: -1 }, 'fee'],
    ['a fraction', { ...OWED, interest: 0.5 }, 'interest'],
    ['a part beyond exact integers', { ...OWED, principal: 2 ** 53 }, 'principal'],
    ['a sum beyond exact integers', { ...OWED, principal: 2 ** 53 - 1, cost: 1 }, 'total'],
  ])('names the wrong part of %s', (_case, components, wrong) => {
    expect(wrongPart(components)).toBe(wrong);
  });

  it('is paid at the last minor unit and not before', () => {
    expect(stateOf({ ...OWED, principal: 1 })).toBe('OPEN');
    expect(stateOf({ ...OWED, principal: 0 })).toBe('PAID');
  });
});

describe('business dates', () => {
  it('count days over months, leap days and back', () => {
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1);
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
    expect(() => daysBetween('2026-02-30', '2026-03-01')).toThrow('not a business date');
  });

  it('are told in the zone of the rule pack', () => {
    expect(BUSINESS_ZONE.value).toBe('Asia/Shanghai');
    expect(businessDate(new Date('2026-11-21T15:59:59.999Z'))).toBe('2026-11-21');
    expect(businessDate(new Date('2026-11-21T16:00:00.000Z'))).toBe('2026-11-22');
  });
});

describe('a debt is not registered when', () => {
  const claim = { owed: OWED, asOf: '2026-11-21', today: '2026-11-21', isReferenceUsed: false };

  it.each([
    ['nothing is owed', { owed: { ...OWED, principal: 0 } }, 'DEBT-AMOUNT-OWED'],
    ['its balance is of tomorrow', { asOf: '2026-11-22' }, 'DEBT-DATE-PAST'],
    ['its number is in use', { isReferenceUsed: true }, 'DEBT-REFERENCE-UNUSED'],
    ['— but it is when all is well', {}, null],
  ])('%s', (_case, change, ruleId) => {
    expect(refuseRegistration({ ...claim, ...change })?.ruleId ?? null).toBe(ruleId);
  });
});

describe('an amount is not determined when', () => {
  const claim = { asOf: '2026-11-10', today: '2026-11-21', debtState: 'OPEN', currentAsOf: '2026-11-10', lastPaymentOn: '2026-11-10' };

  it.each([
    ['the debt is closed', { debtState: 'PAID' }, 'AMOUNT-DEBT-OPEN'],
    ['it is of tomorrow', { asOf: '2026-11-22' }, 'AMOUNT-DATE-PAST'],
    ['it lies before the current determination', { currentAsOf: '2026-11-11' }, 'AMOUNT-NOT-BACKDATED'],
    ['it lies before a payment already counted', { lastPaymentOn: '2026-11-11' }, 'AMOUNT-NOT-BACKDATED'],
    ['— but it is on the very day of both', {}, null],
    ['— but it is when it is the first', { currentAsOf: null, lastPaymentOn: null }, null],
  ])('%s', (_case, change, ruleId) => {
    expect(refuseDetermination({ ...claim, ...change })?.ruleId ?? null).toBe(ruleId);
  });

  it('goes out of date the day after the longest age of the rule pack', () => {
    const longest = daysBefore('2026-11-21', AMOUNT_AGE_DAYS_MAX.value);
    expect(isAmountCurrent(longest, '2026-11-21')).toBe(true);
    expect(isAmountCurrent(longest, '2026-11-22')).toBe(false);
    expect(isAmountCurrent(null, '2026-11-21')).toBe(false);
  });
});
