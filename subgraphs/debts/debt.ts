/**
 * What a debt is and when one may be registered. Pure. A debt is a claim of one creditor on one of its own borrowers;
 * refuses a reference number that the creditor already uses for another debt.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { totalOf, type Components } from './components';
import { DEBT_RULE_PACK } from './rule-pack';

export const DEBT_STATES = ['OPEN', 'PAID'] as const;
export type DebtStateWord = (typeof DEBT_STATES)[number];

/** Products and regions stand in clear in the ledger: codes only, so that nobody puts a name there. */
export const CODE = /^[A-Z0-9][A-Z0-9_-]{0,39}$/;
export const REFERENCE_CHARACTERS_MAX = 64;

/** Nothing owed is paid; the last minor unit decides. */
export function stateOf(owed: Components): DebtStateWord {
  return totalOf(owed) === 0 ? 'PAID' : 'OPEN';
}

export interface RegistrationClaim {
  readonly owed: Components;
  readonly asOf: string;
  readonly today: string;
  readonly isReferenceUsed: boolean;
}

export function refuseRegistration(claim: RegistrationClaim): Refusal | null {
  const refuse = (ruleId: 'DEBT-AMOUNT-OWED' | 'DEBT-DATE-PAST' | 'DEBT-REFERENCE-UNUSED') => refusalOf({ ruleId, rulePack: DEBT_RULE_PACK });
  if (totalOf(claim.owed) === 0) return refuse('DEBT-AMOUNT-OWED');
  if (claim.asOf > claim.today) return refuse('DEBT-DATE-PAST');
  return claim.isReferenceUsed ? refuse('DEBT-REFERENCE-UNUSED') : null;
}
