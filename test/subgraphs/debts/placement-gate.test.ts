/** The gate before a debt is entrusted, rule by rule, and that nothing but all of them opens it. */
import fc from 'fast-check';
import { decideProposal, decideStanding, type ProposalClaim } from '../../../subgraphs/debts/placement-gate';

const NOW = new Date('2026-11-21T08:00:00.000Z');
const at = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

const CLAIM: ProposalClaim = {
  creditorId: 'creditor_a',
  agencyId: 'agency_a',
  agreement: {
    id: 'agreement_a',
    creditorId: 'creditor_a',
    agencyId: 'agency_a',
    products: ['CREDIT_CARD'],
    regions: ['CN-31'],
    daysPastDueMin: 30,
    daysPastDueMax: 180,
    purposes: ['COLLECTION', 'SERVICING'],
    categories: ['CONTACT', 'BALANCE'],
    validFrom: at(-10),
    validUntil: at(10),
    isClosed: false,
    streamN: 1,
  },
  engagement: { id: 'engagement_a', state: 'QUALIFIED', attestedUntil: at(1), streamN: 3 },
  amountAsOf: '2026-11-01',
  now: NOW,
  debt: { creditorId: 'creditor_a', state: 'OPEN', product: 'CREDIT_CARD', region: 'CN-31', daysPastDue: 60, isPlaced: false },
  purposes: ['COLLECTION'],
  categories: ['CONTACT'],
};

const agreement = (change: Partial<NonNullable<ProposalClaim['agreement']>>): Partial<ProposalClaim> => ({ agreement: { ...CLAIM.agreement!, ...change } });
const engagement = (change: Partial<NonNullable<ProposalClaim['engagement']>>): Partial<ProposalClaim> => ({ engagement: { ...CLAIM.engagement!, ...change } });
const debt = (change: Partial<ProposalClaim['debt']>): Partial<ProposalClaim> => ({ debt: { ...CLAIM.debt, ...change } });

/** Each breaks one rule of an otherwise good claim. */
const BREACHES: readonly [string, Partial<ProposalClaim>, string][] = [
  ['is closed', debt({ state: 'PAID' }), 'PLACEMENT-DEBT-OPEN'],
  ['is placed already', debt({ isPlaced: true }), 'PLACEMENT-DEBT-FREE'],
  ['has no agreement', { agreement: null }, 'PLACEMENT-AGREEMENT-IN-FORCE'],
  ['has an agreement of another creditor', agreement({ creditorId: 'creditor_b' }), 'PLACEMENT-AGREEMENT-IN-FORCE'],
  ['has an agreement that was terminated', agreement({ isClosed: true }), 'PLACEMENT-AGREEMENT-IN-FORCE'],
  ['has an agreement that begins later', agreement({ validFrom: at(1) }), 'PLACEMENT-AGREEMENT-IN-FORCE'],
  ['has an agreement that ends at this instant', agreement({ validUntil: NOW }), 'PLACEMENT-AGREEMENT-IN-FORCE'],
  ['has an agreement with another agency', agreement({ agencyId: 'agency_b' }), 'PLACEMENT-AGREEMENT-COVERS'],
  ['is of a product that was not agreed', debt({ product: 'MORTGAGE' }), 'PLACEMENT-AGREEMENT-COVERS'],
  ['is of a region that was not agreed', debt({ region: 'CN-44' }), 'PLACEMENT-AGREEMENT-COVERS'],
  ['is not overdue long enough', debt({ daysPastDue: 29 }), 'PLACEMENT-AGREEMENT-COVERS'],
  ['is overdue for too long', debt({ daysPastDue: 181 }), 'PLACEMENT-AGREEMENT-COVERS'],
  ['is placed for a purpose that was not agreed', { purposes: ['COLLECTION', 'DISPUTE_HANDLING'] }, 'PLACEMENT-AGREEMENT-COVERS'],
  ['is placed for no purpose', { purposes: [] }, 'PLACEMENT-AGREEMENT-COVERS'],
  ['hands over a category that was not agreed', { categories: ['EMPLOYMENT'] }, 'PLACEMENT-AGREEMENT-COVERS'],
  ['goes to an agency without an engagement', { engagement: null }, 'PLACEMENT-ENGAGEMENT-QUALIFIED'],
  ['goes to an agency whose engagement is suspended', engagement({ state: 'SUSPENDED' }), 'PLACEMENT-ENGAGEMENT-QUALIFIED'],
  ['goes to an agency that never attested', engagement({ attestedUntil: null }), 'PLACEMENT-ATTESTATION-CURRENT'],
  ['goes to an agency whose attestation ends at this instant', engagement({ attestedUntil: NOW }), 'PLACEMENT-ATTESTATION-CURRENT'],
  ['has no determination of its amount', { amountAsOf: null }, 'PLACEMENT-AMOUNT-DETERMINED'],
  ['was determined 93 days ago', { amountAsOf: '2026-08-20' }, 'PLACEMENT-AMOUNT-DETERMINED'],
];

function ruleOf(claim: ProposalClaim): string | null {
  const decision = decideProposal(claim);
  return decision.ok ? null : decision.refusal.ruleId;
}

describe('a debt is placed', () => {
  it('when every rule is met', () => {
    expect(decideProposal(CLAIM)).toEqual({ ok: true, agreement: CLAIM.agreement, engagement: CLAIM.engagement });
  });

  it.each([
    ['on the shortest delay agreed', debt({ daysPastDue: 30 })],
    ['on the longest delay agreed', debt({ daysPastDue: 180 })],
    ['on an amount 92 days old', { amountAsOf: '2026-08-21' }],
    ['under an agreement without end', agreement({ validUntil: null })],
    ['under an agreement without a longest delay', { ...agreement({ daysPastDueMax: null }), ...debt({ daysPastDue: 9_999 }) }],
  ])('%s', (_claim, change) => {
    expect(ruleOf({ ...CLAIM, ...change })).toBeNull();
  });
});

describe('a debt is not placed when it', () => {
  it.each(BREACHES)('%s', (_breach, change, ruleId) => {
    expect(ruleOf({ ...CLAIM, ...change })).toBe(ruleId);
  });

  it('breaks any number of rules at once', () => {
    fc.assert(
      fc.property(fc.subarray([...BREACHES], { minLength: 1 }), (breaches) => {
        const claim = breaches.reduce<ProposalClaim>((whole, [, change]) => ({ ...whole, ...change }), CLAIM);
        expect(ruleOf(claim)).not.toBeNull();
      }),
    );
  });

  it('is refused with what would make it legal', () => {
    for (const [, change] of BREACHES) {
      const decision = decideProposal({ ...CLAIM, ...change });
      expect(decision.ok ? null : decision.refusal).toMatchObject({ rulePack: 'placement-2026.1', message: expect.stringMatching(/\.$/) as string, remedy: expect.stringMatching(/\.$/) as string });
    }
  });
});

describe('the gate of acceptance', () => {
  const standing = BREACHES.filter(([, change]) => !('debt' in change) && !('purposes' in change) && !('categories' in change));

  it.each(standing)('refuses when the placement %s', (_breach, change, ruleId) => {
    const decision = decideStanding({ ...CLAIM, ...change });
    expect(decision.ok ? null : decision.refusal.ruleId).toBe(ruleId);
  });
});
