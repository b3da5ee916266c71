/**
 * The term of a right or an agreement: from its first instant up to, not including, its last. Refuses a term that is
 * inverted or already over, since nothing could ever stand under it.
 */
import { HubError } from '../../kernel/errors';

export interface Term {
  readonly validFrom: Date;
  /** Exclusive. */
  readonly validUntil: Date;
}

export type PlaceInTerm = 'BEFORE' | 'WITHIN' | 'AFTER';

export function placeInTerm(term: Term, at: Date): PlaceInTerm {
  if (at < term.validFrom) return 'BEFORE';
  return at < term.validUntil ? 'WITHIN' : 'AFTER';
}

export function addYears(from: Date, years: number): Date {
  const later = new Date(from);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}

/** `subject` begins the rule id: `AGREEMENT` gives `AGREEMENT-TERM-ORDERED`. */
export function checkTerm(term: Term, at: Date, subject: string): void {
  if (term.validUntil <= term.validFrom) {
    throw new HubError('BAD_INPUT', 'The term ends before it begins.', { argument: 'input.until', ruleId: `${subject}-TERM-ORDERED` });
  }
  if (term.validUntil <= at) {
    throw new HubError('BAD_INPUT', 'The term is already over.', { argument: 'input.until', ruleId: `${subject}-TERM-AHEAD` });
  }
}
