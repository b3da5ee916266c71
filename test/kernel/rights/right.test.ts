/** The release rule as a table: one row per way to be refused, and the few ways to be allowed. */
import { decideRelease, type Right } from '../../../kernel/rights/right';
import type { DataCategory, Purpose } from '../../../schema/vocabulary';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const before = (ms: number) => new Date(NOW.getTime() - ms);
const after = (ms: number) => new Date(NOW.getTime() + ms);

const GRANT: Right = {
  id: 'grant_0',
  kind: 'GRANT',
  purposes: ['COLLECTION'],
  categories: ['CONTACT', 'BALANCE'],
  validFrom: before(1_000),
  validUntil: after(1_000),
  engagement: { state: 'QUALIFIED', attestedUntil: after(1_000) },
  positions: [{ stream: 'grant:grant_0', n: 1 }],
};
const AUTHORITY: Right = { ...GRANT, id: 'authority_0', kind: 'AUTHORITY', engagement: null };

interface Case {
  readonly claim: string;
  readonly rights: readonly Right[];
  readonly purpose?: Purpose | null;
  readonly category?: DataCategory;
  readonly expected: string;
}

const CASES: readonly Case[] = [
  { claim: 'a grant that covers purpose and category', rights: [GRANT], expected: 'grant_0' },
  { claim: 'an authority needs no engagement', rights: [AUTHORITY], expected: 'authority_0' },
  { claim: 'the second right when the first does not cover the category', rights: [{ ...GRANT, categories: ['BALANCE'] }, { ...GRANT, id: 'grant_1' }], expected: 'grant_1' },
  { claim: 'no purpose named', rights: [GRANT], purpose: null, expected: 'RELEASE-PURPOSE-NAMED' },
  { claim: 'no right at all', rights: [], expected: 'RELEASE-RIGHT-STANDS' },
  { claim: 'a right whose term begins later', rights: [{ ...GRANT, validFrom: after(1) }], expected: 'RELEASE-RIGHT-STANDS' },
  { claim: 'a right at the very instant its term ends', rights: [{ ...GRANT, validUntil: NOW }], expected: 'RELEASE-RIGHT-STANDS' },
  { claim: 'a suspended engagement', rights: [{ ...GRANT, engagement: { state: 'SUSPENDED', attestedUntil: after(1) } }], expected: 'RELEASE-ENGAGEMENT-QUALIFIED' },
  { claim: 'an attestation that ended', rights: [{ ...GRANT, engagement: { state: 'QUALIFIED', attestedUntil: NOW } }], expected: 'RELEASE-ATTESTATION-CURRENT' },
  { claim: 'an engagement never attested', rights: [{ ...GRANT, engagement: { state: 'QUALIFIED', attestedUntil: null } }], expected: 'RELEASE-ATTESTATION-CURRENT' },
  { claim: 'a purpose outside the grant', rights: [GRANT], purpose: 'SERVICING', expected: 'RELEASE-PURPOSE-COVERED' },
  { claim: 'a category outside the grant', rights: [GRANT], category: 'EMPLOYMENT', expected: 'RELEASE-CATEGORY-COVERED' },
];

describe('a personal field is released under one right that covers everything', () => {
  it.each(CASES)('$claim → $expected', ({ rights, purpose = 'COLLECTION', category = 'CONTACT', expected }) => {
    const decision = decideRelease(rights, purpose, category, NOW);
    expect(decision.ok ? decision.right.id : decision.ruleId).toBe(expected);
  });
});
