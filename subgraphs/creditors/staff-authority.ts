/**
 * What a creditor's staff may be entrusted with: purposes and categories of personal data, and scopes of action, for a term.
 * Refuses authority beyond the pack's bounds or beyond the grantor's own, and a creditor left without anybody to grant it.
 */
import { HubError, type Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import type { TokenScope } from '../../schema/token-scope';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { addYears, checkTerm, placeInTerm, type Term } from './term';

export const AUTHORITY_RULE_PACK = 'authority-2026.1';

/** What staff can be allowed to do; `authorities:write` is the right to pass such rights on. */
export const STAFF_SCOPES = [
  'agencies:write',
  'agreements:write',
  'amounts:write',
  'authorities:write',
  'borrowers:write',
  'creditors:write',
  'debts:write',
  'engagements:write',
  'erasures:write',
  'exports:write',
  'holds:write',
  'mandates:write',
  'payments:write',
  'placements:write',
] as const satisfies readonly TokenScope[];

/** PIPL Art. 6: the purposes of a regulator and of the borrower himself are not a creditor's to give. */
export const STAFF_PURPOSES: readonly Purpose[] = ['COLLECTION', 'SERVICING', 'PLACEMENT_ASSESSMENT', 'DISPUTE_HANDLING'];

/** PIPL Art. 51: authority is reviewed at least this often, because it ends by itself. */
export const AUTHORITY_YEARS_MAX = 5;

/** Printable ASCII without spaces: a pseudonym of the token issuer, not a person's name. */
const STAFF_SUB = /^[\x21-\x7e]{1,128}$/;

export interface AuthorityTerms extends Term {
  readonly staffSub: string;
  readonly purposes: readonly Purpose[];
  readonly categories: readonly DataCategory[];
  readonly scopes: readonly string[];
}

/** What is stored of an authority, as far as its rules look at it. */
export interface AuthorityHeld extends Term {
  readonly id: string;
  readonly staffSub: string;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly scopes: readonly string[];
  readonly revokedAt: Date | null;
}

export type AuthorityState = 'SCHEDULED' | 'IN_FORCE' | 'EXPIRED' | 'REVOKED';

export function authorityState(authority: Term & Pick<AuthorityHeld, 'revokedAt'>, at: Date): AuthorityState {
  if (authority.revokedAt !== null) return 'REVOKED';
  const place = placeInTerm(authority, at);
  return place === 'BEFORE' ? 'SCHEDULED' : place === 'WITHIN' ? 'IN_FORCE' : 'EXPIRED';
}

const standsAt = (at: Date) => (authority: AuthorityHeld) => authorityState(authority, at) === 'IN_FORCE';

function malformed(ruleId: string, argument: string, message: string): never {
  throw new HubError('BAD_INPUT', message, { ruleId, argument: `input.${argument}` });
}

export function checkAuthority(terms: AuthorityTerms, at: Date): void {
  if (!STAFF_SUB.test(terms.staffSub)) malformed('AUTHORITY-STAFF-NAMED', 'staffSub', 'Name the member of staff by the subject of their token.');
  if (!terms.scopes.every((scope) => (STAFF_SCOPES as readonly string[]).includes(scope))) {
    malformed('AUTHORITY-SCOPES-KNOWN', 'scopes', `A scope is one of ${STAFF_SCOPES.join(', ')}.`);
  }
  if (terms.purposes.length === 0 && terms.categories.length === 0 && terms.scopes.length === 0) {
    malformed('AUTHORITY-GRANTS-SOMETHING', 'scopes', 'An authority names scopes, or purposes and categories.');
  }
  if (terms.purposes.length === 0 && terms.categories.length > 0) malformed('AUTHORITY-PURPOSES-NAMED', 'purposes', 'Categories of data are granted for named purposes.');
  if (terms.categories.length === 0 && terms.purposes.length > 0) malformed('AUTHORITY-CATEGORIES-NAMED', 'categories', 'A purpose is granted for named categories of data.');
  checkTerm(terms, at, 'AUTHORITY');
}

const rulePack = AUTHORITY_RULE_PACK;

export const GRANT_RULES = ['AUTHORITY-PURPOSES-OF-STAFF', 'AUTHORITY-TERM-BOUNDED', 'AUTHORITY-NOT-FOR-ONESELF', 'AUTHORITY-WITHIN-GRANTOR'] as const;

/** `held`: the authorities of the grantor. Null when the grant is legal. */
export function refuseGrant(terms: AuthorityTerms, grantorSub: string, held: readonly AuthorityHeld[], at: Date): Refusal | null {
  if (!terms.purposes.every((purpose) => STAFF_PURPOSES.includes(purpose))) {
    return refusalOf({ ruleId: 'AUTHORITY-PURPOSES-OF-STAFF', rulePack }, { allowed: STAFF_PURPOSES.join(', ') });
  }
  if (terms.validUntil > addYears(terms.validFrom, AUTHORITY_YEARS_MAX)) {
    return refusalOf({ ruleId: 'AUTHORITY-TERM-BOUNDED', rulePack }, { years: AUTHORITY_YEARS_MAX });
  }
  if (terms.staffSub === grantorSub) return refusalOf({ ruleId: 'AUTHORITY-NOT-FOR-ONESELF', rulePack });
  const own = held.filter(standsAt(at));
  const covers = (wanted: readonly string[], list: 'purposes' | 'categories' | 'scopes') => wanted.every((word) => own.some((authority) => authority[list].includes(word)));
  if (!covers(terms.purposes, 'purposes') || !covers(terms.categories, 'categories') || !covers(terms.scopes, 'scopes')) {
    return refusalOf({ ruleId: 'AUTHORITY-WITHIN-GRANTOR', rulePack });
  }
  return null;
}

export const REVOCATION_RULES = ['AUTHORITY-NOT-ENDED', 'AUTHORITY-ADMINISTRATOR-REMAINS'] as const;

/** `ofCreditor`: every authority of the creditor, the one to revoke included. Null when the revocation is legal. */
export function refuseRevocation(authority: AuthorityHeld, ofCreditor: readonly AuthorityHeld[], at: Date): Refusal | null {
  const state = authorityState(authority, at);
  if (state === 'REVOKED' || state === 'EXPIRED') return refusalOf({ ruleId: 'AUTHORITY-NOT-ENDED', rulePack });
  const administers = (held: AuthorityHeld) => held.scopes.includes('authorities:write') && standsAt(at)(held);
  if (administers(authority) && !ofCreditor.some((other) => other.id !== authority.id && administers(other))) {
    return refusalOf({ ruleId: 'AUTHORITY-ADMINISTRATOR-REMAINS', rulePack });
  }
  return null;
}
