/** The rules of staff authority, as tables. */
import { authorityState, checkAuthority, refuseGrant, refuseRevocation, type AuthorityHeld, type AuthorityTerms } from '../../../subgraphs/creditors/staff-authority';
import { inputRuleOf } from '../../support/input-rule';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (text: string) => new Date(text);

const TERMS: AuthorityTerms = {
  staffSub: 'staff-2',
  purposes: ['COLLECTION'],
  categories: ['CONTACT'],
  scopes: ['placements:write'],
  validFrom: at('2026-11-21T12:00:00.000Z'),
  validUntil: at('2027-11-21T12:00:00.000Z'),
};

const HELD: AuthorityHeld = {
  id: 'authority_1',
  staffSub: 'staff-1',
  purposes: ['COLLECTION', 'SERVICING'],
  categories: ['CONTACT', 'BALANCE'],
  scopes: ['authorities:write', 'placements:write'],
  validFrom: at('2026-01-01T00:00:00.000Z'),
  validUntil: at('2028-01-01T00:00:00.000Z'),
  revokedAt: null,
};

describe('the state of an authority', () => {
  it.each([
    ['before its term', at('2025-12-31T23:59:59.999Z'), null, 'SCHEDULED'],
    ['from its first instant on', at('2026-01-01T00:00:00.000Z'), null, 'IN_FORCE'],
    ['at the end of its term, which is exclusive', at('2028-01-01T00:00:00.000Z'), null, 'EXPIRED'],
    ['once revoked, whatever the time', NOW, NOW, 'REVOKED'],
  ] as const)('%s', (_when, moment, revokedAt, expected) => {
    expect(authorityState({ ...HELD, revokedAt }, moment)).toBe(expected);
  });
});

describe('the input of a grant', () => {
  it.each<[string, Partial<AuthorityTerms>, string | null]>([
    ['is accepted with everything named', {}, null],
    ['may give scopes alone', { purposes: [], categories: [] }, null],
    ['may give personal data alone', { scopes: [] }, null],
    ['must give something', { purposes: [], categories: [], scopes: [] }, 'AUTHORITY-GRANTS-SOMETHING'],
    ['gives no categories without a purpose', { purposes: [] }, 'AUTHORITY-PURPOSES-NAMED'],
    ['gives no purpose without categories', { categories: [] }, 'AUTHORITY-CATEGORIES-NAMED'],
    ['knows its scopes', { scopes: ['everything:write'] }, 'AUTHORITY-SCOPES-KNOWN'],
    ['names staff by a token subject', { staffSub: 'Zhang San' }, 'AUTHORITY-STAFF-NAMED'],
    ['ends after it begins', { validUntil: TERMS.validFrom }, 'AUTHORITY-TERM-ORDERED'],
    ['is not over already', { validFrom: at('2020-01-01T00:00:00.000Z'), validUntil: NOW }, 'AUTHORITY-TERM-AHEAD'],
  ])('%s', (_claim, change, expected) => {
    expect(inputRuleOf(() => checkAuthority({ ...TERMS, ...change }, NOW))).toBe(expected);
  });
});

describe('a grant', () => {
  it.each<[string, Partial<AuthorityTerms>, AuthorityHeld[], string | null]>([
    ['is legal within what the grantor holds', {}, [HELD], null],
    ['may draw on several authorities of the grantor', {}, [{ ...HELD, scopes: ['placements:write'], purposes: [], categories: [] }, { ...HELD, scopes: [] }], null],
    ['may last five years', { validUntil: at('2031-11-21T12:00:00.000Z') }, [HELD], null],
    ['may not last longer', { validUntil: at('2031-11-21T12:00:00.001Z') }, [HELD], 'AUTHORITY-TERM-BOUNDED'],
    ['never gives supervision', { purposes: ['SUPERVISION'] }, [HELD], 'AUTHORITY-PURPOSES-OF-STAFF'],
    ["never gives the borrower's own rights", { purposes: ['OWN_RIGHTS'] }, [HELD], 'AUTHORITY-PURPOSES-OF-STAFF'],
    ['is never for oneself', { staffSub: 'staff-1' }, [HELD], 'AUTHORITY-NOT-FOR-ONESELF'],
    ['passes on no scope the grantor lacks', { scopes: ['debts:write'] }, [HELD], 'AUTHORITY-WITHIN-GRANTOR'],
    ['passes on no category the grantor lacks', { categories: ['IDENTITY'] }, [HELD], 'AUTHORITY-WITHIN-GRANTOR'],
    ['passes on no purpose the grantor lacks', { purposes: ['DISPUTE_HANDLING'] }, [HELD], 'AUTHORITY-WITHIN-GRANTOR'],
    ['passes on nothing of a revoked authority', {}, [{ ...HELD, revokedAt: NOW }], 'AUTHORITY-WITHIN-GRANTOR'],
    ['passes on nothing of an expired authority', {}, [{ ...HELD, validUntil: NOW }], 'AUTHORITY-WITHIN-GRANTOR'],
  ])('%s', (_claim, change, held, expected) => {
    expect(refuseGrant({ ...TERMS, ...change }, 'staff-1', held, NOW)?.ruleId ?? null).toBe(expected);
  });
});

describe('a revocation', () => {
  const other = { ...HELD, id: 'authority_2', staffSub: 'staff-2' };
  it.each<[string, AuthorityHeld, AuthorityHeld[], string | null]>([
    ['is legal while another administrator stands', HELD, [HELD, other], null],
    ['of a clerk needs no other administrator', { ...HELD, scopes: ['debts:write'] }, [HELD], null],
    ['of the last administrator is refused', HELD, [HELD], 'AUTHORITY-ADMINISTRATOR-REMAINS'],
    ['does not count an administrator whose term has ended', HELD, [HELD, { ...other, validUntil: NOW }], 'AUTHORITY-ADMINISTRATOR-REMAINS'],
    ['does not count an administrator whose term has not begun', HELD, [HELD, { ...other, validFrom: at('2027-01-01T00:00:00.000Z') }], 'AUTHORITY-ADMINISTRATOR-REMAINS'],
    ['does not count a revoked administrator', HELD, [HELD, { ...other, revokedAt: NOW }], 'AUTHORITY-ADMINISTRATOR-REMAINS'],
    ['happens once', { ...HELD, revokedAt: NOW }, [HELD, other], 'AUTHORITY-NOT-ENDED'],
    ['of what has expired is refused', { ...HELD, validUntil: NOW }, [HELD, other], 'AUTHORITY-NOT-ENDED'],
    ['may come before the term begins', { ...HELD, validFrom: at('2027-01-01T00:00:00.000Z') }, [HELD], null],
  ])('%s', (_claim, authority, ofCreditor, expected) => {
    expect(refuseRevocation(authority, ofCreditor, NOW)?.ruleId ?? null).toBe(expected);
  });
});
