/** The rules of entrustment agreements and their fees, as tables. */
import { newId } from '../../../schema/ids';
import { agreementState, checkAgreement, refuseSigning, refuseTermination, type AgreementTerms } from '../../../subgraphs/creditors/entrustment-agreement';
import { inputRuleOf } from '../../support/input-rule';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (text: string) => new Date(text);
const tiers = (...from: number[]) => from.map((daysPastDueFrom) => ({ daysPastDueFrom, basisPoints: 1_000 }));

const TERMS: AgreementTerms = {
  agencyId: newId('agency'),
  products: ['CREDIT_CARD'],
  regions: ['CN-31'],
  daysPastDueMin: 30,
  daysPastDueMax: 180,
  purposes: ['COLLECTION'],
  categories: ['CONTACT', 'BALANCE'],
  channels: ['PHONE'],
  feeSchedule: { tiers: tiers(30, 90), capBasisPoints: 2_000 },
  validFrom: at('2026-11-01T00:00:00.000Z'),
  validUntil: at('2027-11-01T00:00:00.000Z'),
  subDelegation: false,
  documentHash: 'a'.repeat(64),
};

describe('the terms of an agreement', () => {
  it.each<[string, Partial<AgreementTerms>, string | null]>([
    ['are accepted when complete', {}, null],
    ['may cover any delay from the first on', { daysPastDueMax: null }, null],
    ['may cover a single day of delay', { daysPastDueMax: 30 }, null],
    ['name an agency', { agencyId: 'creditor_00000000000000000000000000' }, 'AGREEMENT-AGENCY-NAMED'],
    ['name products', { products: [] }, 'AGREEMENT-PRODUCTS-NAMED'],
    ['name products by code', { products: ['Kreditkarte für alle'] }, 'AGREEMENT-PRODUCTS-NAMED'],
    ['name regions', { regions: [] }, 'AGREEMENT-REGIONS-NAMED'],
    ['have no negative delay', { daysPastDueMin: -1 }, 'AGREEMENT-DAYS-ORDERED'],
    ['have their delays in order', { daysPastDueMax: 29 }, 'AGREEMENT-DAYS-ORDERED'],
    ['name purposes (PIPL 21)', { purposes: [] }, 'AGREEMENT-PURPOSES-NAMED'],
    ['name categories (PIPL 21)', { categories: [] }, 'AGREEMENT-CATEGORIES-NAMED'],
    ['name channels', { channels: [] }, 'AGREEMENT-CHANNELS-NAMED'],
    ['end after they begin', { validUntil: TERMS.validFrom }, 'AGREEMENT-TERM-ORDERED'],
    ['are not over already', { validUntil: NOW }, 'AGREEMENT-TERM-AHEAD'],
    ['set a fee', { feeSchedule: { tiers: [], capBasisPoints: 2_000 } }, 'AGREEMENT-FEE-COVERS-SCOPE'],
    ['set a fee for every debt they cover', { feeSchedule: { tiers: tiers(31), capBasisPoints: 2_000 } }, 'AGREEMENT-FEE-COVERS-SCOPE'],
    ['have their tiers ascend', { feeSchedule: { tiers: tiers(30, 30), capBasisPoints: 2_000 } }, 'AGREEMENT-FEE-TIERS-ASCEND'],
    ['have no fee above the cap', { feeSchedule: { tiers: tiers(30), capBasisPoints: 999 } }, 'AGREEMENT-FEE-BOUNDED'],
    ['have no cap above the whole', { feeSchedule: { tiers: tiers(30), capBasisPoints: 10_001 } }, 'AGREEMENT-FEE-BOUNDED'],
    ['have no fraction of a basis point', { feeSchedule: { tiers: [{ daysPastDueFrom: 30, basisPoints: 0.5 }], capBasisPoints: 2_000 } }, 'AGREEMENT-FEE-BOUNDED'],
  ])('%s', (_claim, change, expected) => {
    expect(inputRuleOf(() => checkAgreement({ ...TERMS, ...change }, NOW))).toBe(expected);
  });
});

describe('a signing', () => {
  it.each<[string, Partial<AgreementTerms>, string | null]>([
    ['is legal for collection', {}, null],
    ['never entrusts supervision', { purposes: ['COLLECTION', 'SUPERVISION'] }, 'AGREEMENT-PURPOSES-OF-AGENCY'],
    ["never entrusts the borrower's own rights", { purposes: ['OWN_RIGHTS'] }, 'AGREEMENT-PURPOSES-OF-AGENCY'],
    ['may be for five years', { validUntil: at('2031-11-01T00:00:00.000Z') }, null],
    ['may not be for longer', { validUntil: at('2031-11-01T00:00:00.001Z') }, 'AGREEMENT-TERM-BOUNDED'],
  ])('%s', (_claim, change, expected) => {
    expect(refuseSigning({ ...TERMS, ...change })?.ruleId ?? null).toBe(expected);
  });
});

describe('an agreement', () => {
  it.each([
    ['is signed before its term', at('2026-10-31T23:59:59.999Z'), null, 'SIGNED', null],
    ['is in force within it', NOW, null, 'IN_FORCE', null],
    ['has expired at its end', TERMS.validUntil, null, 'EXPIRED', 'AGREEMENT-NOT-ENDED'],
    ['stays terminated', NOW, NOW, 'TERMINATED', 'AGREEMENT-NOT-ENDED'],
  ] as const)('%s, and can be terminated only while it stands or is to come', (_claim, moment, terminatedAt, state, rule) => {
    const agreement = { ...TERMS, terminatedAt };
    expect(agreementState(agreement, moment)).toBe(state);
    expect(refuseTermination(agreement, moment)?.ruleId ?? null).toBe(rule);
  });
});
