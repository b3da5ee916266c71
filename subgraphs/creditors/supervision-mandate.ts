/**
 * What a regulator's mandate over a creditor says: on which basis, over which categories, for which term. Its purpose is
 * always supervision; refuses any other form of access in its name.
 */
import { HubError, type Refusal } from '../../kernel/errors';
import { idPrefix } from '../../schema/ids';
import { refusalOf } from '../../schema/messages';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { addYears, checkTerm, placeInTerm, type Term } from './term';

export const MANDATE_RULE_PACK = 'mandate-2026.1';

export const MANDATE_PURPOSES: readonly Purpose[] = ['SUPERVISION'];

export const MANDATE_YEARS_MAX = 10;

/** A code of the legal basis, in clear in the ledger: upper case, so that nobody puts a name there by habit. */
const BASIS = /^[A-Z][A-Z0-9_.-]{0,63}$/;

export interface MandateTerms extends Term {
  readonly regulatorId: string;
  readonly categories: readonly DataCategory[];
  readonly basis: string;
}

export type MandateState = 'SCHEDULED' | 'IN_FORCE' | 'EXPIRED' | 'ENDED';

export interface MandateHeld extends Term {
  readonly endedAt: Date | null;
}

export function mandateState(mandate: MandateHeld, at: Date): MandateState {
  if (mandate.endedAt !== null) return 'ENDED';
  const place = placeInTerm(mandate, at);
  return place === 'BEFORE' ? 'SCHEDULED' : place === 'WITHIN' ? 'IN_FORCE' : 'EXPIRED';
}

export function checkMandate(terms: MandateTerms, at: Date): void {
  if (idPrefix(terms.regulatorId) !== 'regulator') {
    throw new HubError('BAD_INPUT', 'A regulator is named by its id, like regulator_….', { argument: 'input.regulatorId', ruleId: 'MANDATE-REGULATOR-NAMED' });
  }
  if (!BASIS.test(terms.basis)) {
    throw new HubError('BAD_INPUT', 'A legal basis is a code of capitals, digits, dots, hyphens or underscores.', { argument: 'input.basis', ruleId: 'MANDATE-BASIS-FORM' });
  }
  if (terms.categories.length === 0) {
    throw new HubError('BAD_INPUT', 'A mandate names the categories of data it reaches.', { argument: 'input.categories', ruleId: 'MANDATE-CATEGORIES-NAMED' });
  }
  checkTerm(terms, at, 'MANDATE');
}

export const MANDATE_GRANT_RULES = ['MANDATE-TERM-BOUNDED'] as const;

export function refuseMandate(terms: MandateTerms): Refusal | null {
  if (terms.validUntil <= addYears(terms.validFrom, MANDATE_YEARS_MAX)) return null;
  return refusalOf({ ruleId: 'MANDATE-TERM-BOUNDED', rulePack: MANDATE_RULE_PACK }, { years: MANDATE_YEARS_MAX });
}

export const MANDATE_END_RULES = ['MANDATE-NOT-ENDED'] as const;

export function refuseMandateEnd(mandate: MandateHeld, at: Date): Refusal | null {
  const state = mandateState(mandate, at);
  if (state === 'SCHEDULED' || state === 'IN_FORCE') return null;
  return refusalOf({ ruleId: 'MANDATE-NOT-ENDED', rulePack: MANDATE_RULE_PACK });
}
