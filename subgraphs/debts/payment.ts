/**
 * How a payment reduces a debt. Pure. Civil Code Art. 561: unless the payer designates otherwise, costs before interest
 * before the main debt. Refuses money it cannot place: an overpayment is never split or silently kept.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { mapComponents, NOTHING_OWED, totalOf, type Component, type Components } from './components';
import { PAYMENT_RULE_PACK } from './rule-pack';

/** Art. 561: costs of enforcing the claim, then interest, then principal. */
export const LEGAL_ORDER: readonly Component[] = ['cost', 'fee', 'interest', 'penaltyInterest', 'principal'];

export interface PaymentClaim {
  readonly owed: Components;
  readonly owedCurrency: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly receivedOn: string;
  /** The business date of the decision. */
  readonly today: string;
}

/** The first rule against recording the payment, or null. Never says how much is owed. */
export function refusePayment(claim: PaymentClaim): Refusal | null {
  const refuse = (ruleId: 'PAYMENT-AMOUNT-POSITIVE' | 'PAYMENT-CURRENCY-SAME' | 'PAYMENT-RECEIVED-PAST' | 'PAYMENT-WITHIN-BALANCE') =>
    refusalOf({ ruleId, rulePack: PAYMENT_RULE_PACK });
  if (!Number.isSafeInteger(claim.amountMinor) || claim.amountMinor <= 0) return refuse('PAYMENT-AMOUNT-POSITIVE');
  if (claim.currency !== claim.owedCurrency) return refuse('PAYMENT-CURRENCY-SAME');
  if (claim.receivedOn > claim.today) return refuse('PAYMENT-RECEIVED-PAST');
  if (claim.amountMinor > totalOf(claim.owed)) return refuse('PAYMENT-WITHIN-BALANCE');
  return null;
}

/** The order money goes in: what the payer designated (Art. 560–561), each once, then what the law says. */
export function allocationOrder(designation: readonly Component[]): readonly Component[] {
  return [...new Set([...designation, ...LEGAL_ORDER])];
}

/** What of the payment goes to which part. The parts add up to the payment exactly. */
export function allocate(owed: Components, amountMinor: number, designation: readonly Component[] = []): Components {
  if (!Number.isSafeInteger(amountMinor) || amountMinor < 0 || amountMinor > totalOf(owed)) {
    throw new RangeError('a payment is allocated only up to what is owed');
  }
  const paid: Record<Component, number> = { ...NOTHING_OWED };
  let left = amountMinor;
  for (const component of allocationOrder(designation)) {
    paid[component] = Math.min(left, owed[component]);
    left -= paid[component];
  }
  return mapComponents((component) => paid[component]);
}
