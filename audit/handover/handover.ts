/**
 * When an agency may acknowledge what was handed to it: a share of its own, under the same payload hash, once. Pure. What
 * names no such share is refused, and the refusal is the evidence that the two sides' records differ.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf, type RuleId } from '../../schema/messages';

export const HANDOVER_RULE_PACK = 'handover-2026.1';
export const HANDOVER_RULES: readonly RuleId[] = ['HANDOVER-SHARED', 'HANDOVER-PAYLOAD-SAME', 'HANDOVER-ONCE'];

/** How a receipt can fail to match: in the ledger, or refused before it came there. */
export type ReceiptFault = 'NO_SHARE' | 'OTHER_PAYLOAD' | 'REPEATED' | 'KEY_ENDED';

/** What a refusal by one of these rules shows: the agency holds a record that this ledger does not have. */
export const MISMATCH_FAULTS: Readonly<Record<string, ReceiptFault | undefined>> = { 'HANDOVER-SHARED': 'NO_SHARE', 'HANDOVER-PAYLOAD-SAME': 'OTHER_PAYLOAD' };

/** An agency that has not answered by then is asked about it. Own default: no clause names a period for receipts. */
export const RECEIPT_HOURS = 24;

export interface KnownShare {
  readonly payloadHash: string;
  readonly isAcknowledged: boolean;
}

type PlainRule = 'HANDOVER-SHARED' | 'HANDOVER-PAYLOAD-SAME' | 'HANDOVER-ONCE';
const refuse = (ruleId: PlainRule): Refusal => refusalOf({ ruleId, rulePack: HANDOVER_RULE_PACK });

/** `share` null: there is none at this index, or it went to another agency; the two are answered alike. */
export function refuseReceipt(share: KnownShare | null, payloadHash: string): Refusal | null {
  if (share === null) return refuse('HANDOVER-SHARED');
  if (share.payloadHash !== payloadHash) return refuse('HANDOVER-PAYLOAD-SAME');
  return share.isAcknowledged ? refuse('HANDOVER-ONCE') : null;
}

export function isReceiptOverdue(releasedAt: Date, now: Date): boolean {
  return now.getTime() - releasedAt.getTime() > RECEIPT_HOURS * 3_600_000;
}
