/**
 * The dated parameters this room's rules read. Every number names its source and when it was checked against it;
 * `verifiedAt: null` marks an unverified default that the creditor has to confirm.
 */
import { DateTime } from 'luxon';

export interface RuleParameter<T> {
  readonly value: T;
  readonly source: string;
  readonly verifiedAt: string | null;
}

export const DEBT_RULE_PACK = 'debt-2026.1';
export const AMOUNT_RULE_PACK = 'amount-2026.1';
export const PLACEMENT_RULE_PACK = 'placement-2026.1';
export const PAYMENT_RULE_PACK = 'payment-2026.1';
export const ATTESTATION_RULE_PACK = 'attestation-2026.1';

/** One quarter: a determination made for a quarterly statement serves until the next one. */
export const AMOUNT_AGE_DAYS_MAX: RuleParameter<number> = {
  value: 92,
  source: 'own default; CONC 7.13.4R asks to verify the amount before pursuing and names no period',
  verifiedAt: null,
};

/** Calendar days after the agency's access ended. */
export const ATTESTATION_DAYS: RuleParameter<number> = {
  value: 15,
  source: 'own default; PIPL Art. 21(2) has entrusted data returned or deleted when the entrustment ends and names no period',
  verifiedAt: null,
};

/** Where business dates of this room's debts are told; one zone until creditors bring their own. */
export const BUSINESS_ZONE: RuleParameter<string> = {
  value: 'Asia/Shanghai',
  source: 'own default for the jurisdiction CN',
  verifiedAt: null,
};

export function businessDate(at: Date): string {
  return DateTime.fromJSDate(at, { zone: BUSINESS_ZONE.value }).toFormat('yyyy-MM-dd');
}
