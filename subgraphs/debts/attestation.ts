/**
 * What an agency says became of the data of a debt after its access ended: returned, destroyed, or kept because a law says
 * so. Pure. Refuses it before access has ended, a second time, and keeping anything without a basis and a last day.
 */
import { DateTime } from 'luxon';
import type { Refusal } from '../../kernel/errors';
import { refusalOf, type RuleId } from '../../schema/messages';
import { ATTESTATION_DAYS, ATTESTATION_RULE_PACK, BUSINESS_ZONE, businessDate } from './rule-pack';

export const ATTESTATION_METHODS = ['RETURNED', 'DESTROYED', 'RETAINED_BY_LAW'] as const;
export type AttestationMethod = (typeof ATTESTATION_METHODS)[number];

export const RETENTION_BASES = ['ACCOUNTING', 'ANTI_MONEY_LAUNDERING', 'COLLECTION_RECORDS', 'LITIGATION', 'ORDER_OF_AUTHORITY'] as const;
export type RetentionBasis = (typeof RETENTION_BASES)[number];

export type AttestationState = 'DUE' | 'OVERDUE' | 'RETAINED' | 'ATTESTED';

export interface AttestationTerms {
  readonly method: AttestationMethod;
  readonly basis: RetentionBasis | null;
  /** The last day on which the law has it kept. */
  readonly retainedUntil: string | null;
}

export const ATTESTATION_RULES: readonly RuleId[] = ['ATTESTATION-ACCESS-ENDED', 'ATTESTATION-NOT-FINAL', 'ATTESTATION-BASIS-FITS', 'ATTESTATION-RETAINED-AHEAD'];

/** Until when the agency is to attest, from when its access ended. */
export function attestBy(ended: Date): Date {
  return DateTime.fromJSDate(ended, { zone: BUSINESS_ZONE.value }).plus({ days: ATTESTATION_DAYS.value }).toJSDate();
}

export interface AttestationClaim extends AttestationTerms {
  /** null: access was never given, or has not ended. */
  readonly attestBy: Date | null;
  readonly latest: Pick<AttestationTerms, 'method'> | null;
  readonly now: Date;
}

type PlainRule = 'ATTESTATION-ACCESS-ENDED' | 'ATTESTATION-NOT-FINAL' | 'ATTESTATION-BASIS-FITS' | 'ATTESTATION-RETAINED-AHEAD';
const refuse = (ruleId: PlainRule): Refusal => refusalOf({ ruleId, rulePack: ATTESTATION_RULE_PACK });

/** What was kept by law is to be attested again when the law no longer asks for it; everything else is final. */
export function refuseAttestation({ attestBy: due, latest, method, basis, retainedUntil, now }: AttestationClaim): Refusal | null {
  if (due === null) return refuse('ATTESTATION-ACCESS-ENDED');
  if (latest !== null && latest.method !== 'RETAINED_BY_LAW') return refuse('ATTESTATION-NOT-FINAL');
  const isKept = method === 'RETAINED_BY_LAW';
  if (isKept !== (basis !== null) || isKept !== (retainedUntil !== null)) return refuse('ATTESTATION-BASIS-FITS');
  return retainedUntil !== null && retainedUntil < businessDate(now) ? refuse('ATTESTATION-RETAINED-AHEAD') : null;
}

export function attestationState(due: Date, latest: Pick<AttestationTerms, 'method' | 'retainedUntil'> | null, now: Date): AttestationState {
  if (latest === null) return now < due ? 'DUE' : 'OVERDUE';
  if (latest.method !== 'RETAINED_BY_LAW') return 'ATTESTED';
  return latest.retainedUntil !== null && latest.retainedUntil >= businessDate(now) ? 'RETAINED' : 'OVERDUE';
}
