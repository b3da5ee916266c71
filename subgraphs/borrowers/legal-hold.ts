/**
 * Rules of a legal hold: on which grounds a borrower's data has to be preserved, and when a hold may be placed or lifted. Pure;
 * knows no storage. A hold stops an erasure and nothing else.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { ERASURE_RULE_PACK } from './erasure';

/**
 * LEGAL_CLAIM: GDPR Art. 17(3)(e), CCPA § 1798.145(a). STATUTORY_RETENTION: PIPL Art. 47 para. 2, GDPR Art. 17(3)(b). AUTHORITY_ORDER: a
 * court, a prosecutor or a supervisor. OPEN_DISPUTE: what a dispute or complaint turns on must outlive it.
 */
export const HOLD_BASES = ['LEGAL_CLAIM', 'STATUTORY_RETENTION', 'AUTHORITY_ORDER', 'OPEN_DISPUTE'] as const;
export type HoldBasis = (typeof HOLD_BASES)[number];

export const PLACE_RULES = ['HOLD-BEFORE-ERASURE'] as const;
export const LIFT_RULES = ['HOLD-STANDS'] as const;

/** What an erasure was ordered for cannot be preserved any more: saying so beats a hold that holds nothing. */
export function refusePlacing({ isErasureOrdered }: { readonly isErasureOrdered: boolean }): Refusal | null {
  return isErasureOrdered ? refusalOf({ ruleId: 'HOLD-BEFORE-ERASURE', rulePack: ERASURE_RULE_PACK }) : null;
}

export function refuseLifting({ liftedAt }: { readonly liftedAt: Date | null }): Refusal | null {
  return liftedAt === null ? null : refusalOf({ ruleId: 'HOLD-STANDS', rulePack: ERASURE_RULE_PACK });
}
