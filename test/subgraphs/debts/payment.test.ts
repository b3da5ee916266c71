/** How a payment is taken off a debt: the order of the law, the payer's designation, and that no money is lost or made. */
import fc from 'fast-check';
import { COMPONENTS, mapComponents, minus, NOTHING_OWED, totalOf, type Component, type Components } from '../../../subgraphs/debts/components';
import { allocate, allocationOrder, refusePayment } from '../../../subgraphs/debts/payment';

const OWED: Components = { principal: 1000, interest: 200, penaltyInterest: 50, fee: 30, cost: 20 };

describe('a payment', () => {
  it.each<[string, number, Component[], Partial<Components>]>([
    ['pays costs before all else (Civil Code 561)', 15, [], { cost: 15 }],
    ['pays fees after costs', 45, [], { cost: 20, fee: 25 }],
    ['pays interest before penalty interest', 260, [], { cost: 20, fee: 30, interest: 200, penaltyInterest: 10 }],
    ['pays the main debt last', 301, [], { cost: 20, fee: 30, interest: 200, penaltyInterest: 50, principal: 1 }],
    ['pays everything exactly', 1300, [], OWED],
    ['pays first what the payer designated', 900, ['principal'], { principal: 900 }],
    ['follows the law with what the designation leaves', 1060, ['principal', 'interest'], { principal: 1000, interest: 60 }],
    ['takes a part designated twice once', 10, ['fee', 'fee'], { fee: 10 }],
    ['of nothing changes nothing', 0, [], {}],
  ])('%s', (_claim, amount, designation, expected) => {
    expect(allocate(OWED, amount, designation)).toEqual({ ...NOTHING_OWED, ...expected });
  });

  it('is never split beyond what is owed', () => {
    expect(() => allocate(OWED, 1301)).toThrow('a payment is allocated only up to what is owed');
    expect(() => allocate(OWED, -1)).toThrow('a payment is allocated only up to what is owed');
  });

  it('names every part in its order exactly once', () => {
    expect([...allocationOrder(['principal'])].sort()).toEqual([...COMPONENTS].sort());
  });
});

const part = fc.integer({ min: 0, max: 2 ** 40 });
const owedBy = fc.record({ principal: part, interest: part, penaltyInterest: part, fee: part, cost: part });
const designations = fc.array(fc.constantFrom(...COMPONENTS), { maxLength: 7 });

describe('allocation', () => {
  it('neither loses nor makes money, whatever is owed and paid', () => {
    fc.assert(
      fc.property(owedBy, fc.double({ min: 0, max: 1, noNaN: true }), designations, (owed, share, designation) => {
        const amount = Math.floor(totalOf(owed) * share);
        const paid = allocate(owed, amount, designation);
        const left = minus(owed, paid);
        expect(totalOf(paid)).toBe(amount);
        expect(totalOf(left)).toBe(totalOf(owed) - amount);
        for (const component of COMPONENTS) {
          expect(paid[component]).toBeGreaterThanOrEqual(0);
          expect(left[component]).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('leaves a part unpaid only when every part before it is paid', () => {
    fc.assert(
      fc.property(owedBy, fc.double({ min: 0, max: 1, noNaN: true }), designations, (owed, share, designation) => {
        const left = minus(owed, allocate(owed, Math.floor(totalOf(owed) * share), designation));
        const order = allocationOrder(designation);
        const firstOpen = order.findIndex((component) => left[component] > 0);
        const touched = order.slice(firstOpen + 1).filter((component) => left[component] !== owed[component]);
        expect(firstOpen === -1 ? [] : touched).toEqual([]);
      }),
    );
  });

  it('gives in many payments what one payment of the same sum gives', () => {
    fc.assert(
      fc.property(owedBy, fc.array(fc.integer({ min: 0, max: 2 ** 38 }), { maxLength: 6 }), designations, (owed, amounts, designation) => {
        let left = owed;
        let taken = 0;
        for (const amount of amounts) {
          const possible = Math.min(amount, totalOf(left));
          left = minus(left, allocate(left, possible, designation));
          taken += possible;
        }
        expect(left).toEqual(minus(owed, allocate(owed, taken, designation)));
      }),
    );
  });
});

describe('a payment is refused', () => {
  const claim = { owed: OWED, owedCurrency: 'CNY', amountMinor: 1300, currency: 'CNY', receivedOn: '2026-11-21', today: '2026-11-21' };

  it.each([
    ['never when it is all that is owed', {}, null],
    ['when it is nothing', { amountMinor: 0 }, 'PAYMENT-AMOUNT-POSITIVE'],
    ['when it is negative', { amountMinor: -1 }, 'PAYMENT-AMOUNT-POSITIVE'],
    ['when it is a fraction', { amountMinor: 0.5 }, 'PAYMENT-AMOUNT-POSITIVE'],
    ['in another currency', { currency: 'USD' }, 'PAYMENT-CURRENCY-SAME'],
    ['when it is dated tomorrow', { receivedOn: '2026-11-22' }, 'PAYMENT-RECEIVED-PAST'],
    ['when it is one minor unit too much', { amountMinor: 1301 }, 'PAYMENT-WITHIN-BALANCE'],
    ['when nothing is owed', { owed: mapComponents(() => 0), amountMinor: 1 }, 'PAYMENT-WITHIN-BALANCE'],
  ])('%s', (_claim, change, ruleId) => {
    expect(refusePayment({ ...claim, ...change })?.ruleId ?? null).toBe(ruleId);
  });

  it('without a word about how much is owed', () => {
    const refusal = refusePayment({ ...claim, amountMinor: 1301 })!;
    expect(`${refusal.message} ${refusal.remedy}`).not.toMatch(/\d/);
  });
});
