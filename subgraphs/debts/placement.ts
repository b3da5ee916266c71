/**
 * The life of a placement: one debt entrusted to one agency. Pure. States, who may take which step, and what the step
 * does to access; refuses every step the table does not hold.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { PLACEMENT_RULE_PACK } from './rule-pack';

export const PLACEMENT_STATES = ['PROPOSED', 'ACCEPTED', 'REJECTED', 'ACTIVE', 'RECALL_REQUESTED', 'RECALLED', 'CLOSED', 'VOIDED'] as const;
export type PlacementState = (typeof PLACEMENT_STATES)[number];

/** A debt has at most one placement in these states; the partial unique index says the same. */
export const OPEN_PLACEMENT_STATES: readonly PlacementState[] = ['PROPOSED', 'ACCEPTED', 'ACTIVE', 'RECALL_REQUESTED'];

/** LEDGER: what the room does because of an entry, or because the ledger refused one. */
export type Party = 'CREDITOR' | 'AGENCY' | 'LEDGER';

export type PlacementStep = 'accept' | 'reject' | 'activate' | 'requestRecall' | 'recall' | 'close' | 'void';

interface Transition {
  readonly by: Party;
  readonly from: readonly PlacementState[];
  readonly to: PlacementState;
}

/**
 * A recall is possible from ACCEPTED too: the grant may already stand in the ledger while this room has not yet followed
 * it, and a creditor must never have to wait to end access.
 */
export const PLACEMENT_STEPS: Readonly<Record<PlacementStep, Transition>> = {
  accept: { by: 'AGENCY', from: ['PROPOSED'], to: 'ACCEPTED' },
  reject: { by: 'AGENCY', from: ['PROPOSED'], to: 'REJECTED' },
  activate: { by: 'LEDGER', from: ['ACCEPTED'], to: 'ACTIVE' },
  requestRecall: { by: 'CREDITOR', from: ['ACTIVE'], to: 'RECALL_REQUESTED' },
  recall: { by: 'CREDITOR', from: ['ACCEPTED', 'ACTIVE', 'RECALL_REQUESTED'], to: 'RECALLED' },
  close: { by: 'CREDITOR', from: ['PROPOSED', 'ACTIVE', 'RECALL_REQUESTED', 'RECALLED'], to: 'CLOSED' },
  void: { by: 'LEDGER', from: ['PROPOSED', 'ACCEPTED'], to: 'VOIDED' },
};

/** States in which a grant is, or is about to be, in force. */
const GRANTED: readonly PlacementState[] = ['ACCEPTED', 'ACTIVE', 'RECALL_REQUESTED'];

/** True for a step after which the agency may see nothing more: its grant must be closed in the same command. */
export function endsAccess(from: PlacementState, to: PlacementState): boolean {
  return GRANTED.includes(from) && !GRANTED.includes(to);
}

/** Until when its data is to be returned or destroyed; null when none was handed over, or access has not ended. */
export function accessEnded({ attestBy, grantOpenedIndex }: { readonly attestBy: Date | null; readonly grantOpenedIndex: number | null }): Date | null {
  return grantOpenedIndex === null ? null : attestBy;
}

export type StepDecision = { readonly ok: true; readonly state: PlacementState } | { readonly ok: false; readonly refusal: Refusal };

/** The state a placement goes into, or the refusal. A party that may never take the step is refused like a wrong state. */
export function takeStep(state: PlacementState, step: PlacementStep, party: Party): StepDecision {
  const { by, from, to } = PLACEMENT_STEPS[step];
  if (by === party && from.includes(state)) return { ok: true, state: to };
  return { ok: false, refusal: refusalOf({ ruleId: 'PLACEMENT-STATE', rulePack: PLACEMENT_RULE_PACK }, { from: state, to }) };
}
