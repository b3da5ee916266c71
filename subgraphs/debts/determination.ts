/**
 * When an amount may be determined and how long a determination is current. Pure. A later determination supersedes an
 * earlier one; refuses one that would undo payments already counted.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { daysBetween } from './components';
import { AMOUNT_AGE_DAYS_MAX, AMOUNT_RULE_PACK } from './rule-pack';

export interface DeterminationClaim {
  readonly asOf: string;
  readonly today: string;
  readonly debtState: string;
  /** The as-of date of the determination it would supersede. */
  readonly currentAsOf: string | null;
  /** The latest day money was received that has been taken off the balance. */
  readonly lastPaymentOn: string | null;
}

export function refuseDetermination(claim: DeterminationClaim): Refusal | null {
  const refuse = (ruleId: 'AMOUNT-DEBT-OPEN' | 'AMOUNT-DATE-PAST' | 'AMOUNT-NOT-BACKDATED') => refusalOf({ ruleId, rulePack: AMOUNT_RULE_PACK });
  if (claim.debtState !== 'OPEN') return refuse('AMOUNT-DEBT-OPEN');
  if (claim.asOf > claim.today) return refuse('AMOUNT-DATE-PAST');
  const counted = [claim.currentAsOf, claim.lastPaymentOn].some((date) => date !== null && claim.asOf < date);
  return counted ? refuse('AMOUNT-NOT-BACKDATED') : null;
}

/** A debt is handed over only on an amount somebody has determined lately. */
export function isAmountCurrent(asOf: string | null, today: string): boolean {
  return asOf !== null && daysBetween(asOf, today) <= AMOUNT_AGE_DAYS_MAX.value;
}
