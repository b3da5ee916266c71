/** The rules of supervision mandates, as tables. */
import { HubError } from '../../../kernel/errors';
import { newId } from '../../../schema/ids';
import { checkMandate, mandateState, refuseMandate, refuseMandateEnd, type MandateTerms } from '../../../subgraphs/creditors/supervision-mandate';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (text: string) => new Date(text);

const TERMS: MandateTerms = {
  regulatorId: newId('regulator'),
  categories: ['BALANCE'],
  basis: 'BANKING-SUPERVISION-LAW-ART.23',
  validFrom: NOW,
  validUntil: at('2027-11-21T12:00:00.000Z'),
};

describe('the input of a mandate', () => {
  it.each<[string, Partial<MandateTerms>, string | undefined]>([
    ['is accepted when complete', {}, undefined],
    ['names a regulator', { regulatorId: newId('agency') }, 'MANDATE-REGULATOR-NAMED'],
    ['names its basis by a code', { basis: 'because we may' }, 'MANDATE-BASIS-FORM'],
    ['names categories', { categories: [] }, 'MANDATE-CATEGORIES-NAMED'],
    ['ends after it begins', { validUntil: at('2026-11-20T12:00:00.000Z') }, 'MANDATE-TERM-ORDERED'],
    ['is not over already', { validFrom: at('2020-01-01T00:00:00.000Z'), validUntil: NOW }, 'MANDATE-TERM-AHEAD'],
  ])('%s', (_claim, change, expected) => {
    let refused: unknown;
    try {
      checkMandate({ ...TERMS, ...change }, NOW);
    } catch (error) {
      refused = error;
    }
    expect((refused as HubError | undefined)?.extensions.ruleId).toBe(expected);
  });

  it('may last ten years and no instant longer', () => {
    expect(refuseMandate({ ...TERMS, validUntil: at('2036-11-21T12:00:00.000Z') })).toBeNull();
    expect(refuseMandate({ ...TERMS, validUntil: at('2036-11-21T12:00:00.001Z') })?.ruleId).toBe('MANDATE-TERM-BOUNDED');
  });
});

describe('a mandate', () => {
  it.each([
    ['is scheduled before its term', at('2026-11-21T11:59:59.999Z'), null, 'SCHEDULED', null],
    ['is in force within it', NOW, null, 'IN_FORCE', null],
    ['has expired at its end', TERMS.validUntil, null, 'EXPIRED', 'MANDATE-NOT-ENDED'],
    ['stays ended', NOW, NOW, 'ENDED', 'MANDATE-NOT-ENDED'],
  ] as const)('%s, and can be ended only while it stands or is to come', (_claim, moment, endedAt, state, rule) => {
    const mandate = { ...TERMS, endedAt };
    expect(mandateState(mandate, moment)).toBe(state);
    expect(refuseMandateEnd(mandate, moment)?.ruleId ?? null).toBe(rule);
  });
});
