/**
 * One bank's engagement of one agency, as a state machine: proposed, qualified, suspended, ended. Refuses to qualify an
 * agency without a valid licence or a current attestation of its information security; nothing is placed with any other.
 */
import { HubError, type Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import { licenceState, type LicenceTerms } from './agency';

export const ENGAGEMENT_RULE_PACK = 'engagement-2026.1';

export const ENGAGEMENT_STATES = ['PROPOSED', 'QUALIFIED', 'SUSPENDED', 'ENDED'] as const;
export type EngagementState = (typeof ENGAGEMENT_STATES)[number];

export const ENGAGEMENT_MOVES = ['ATTEST', 'QUALIFY', 'SUSPEND', 'REINSTATE', 'END'] as const;
export type EngagementMove = (typeof ENGAGEMENT_MOVES)[number];

/** Certificates of information security are issued for three years at most (ISO/IEC 27006). */
export const ATTESTATION_YEARS_MAX = 3;

/** Upper case, so that nobody puts a name there by habit. */
const STANDARD = /^[A-Z][A-Z0-9_.:/-]{0,39}$/;

/** What each move makes of each state; a pair that is not here is refused. */
const MOVES: Readonly<Record<EngagementMove, Partial<Record<EngagementState, EngagementState>>>> = {
  ATTEST: { PROPOSED: 'PROPOSED', QUALIFIED: 'QUALIFIED', SUSPENDED: 'SUSPENDED' },
  QUALIFY: { PROPOSED: 'QUALIFIED' },
  SUSPEND: { QUALIFIED: 'SUSPENDED' },
  REINSTATE: { SUSPENDED: 'QUALIFIED' },
  END: { PROPOSED: 'ENDED', QUALIFIED: 'ENDED', SUSPENDED: 'ENDED' },
};

/** How a refusal names where a move would have led. */
const TARGETS: Readonly<Record<EngagementMove, string>> = { ATTEST: 'ATTESTED', QUALIFY: 'QUALIFIED', SUSPEND: 'SUSPENDED', REINSTATE: 'REINSTATED', END: 'ENDED' };

const rulePack = ENGAGEMENT_RULE_PACK;

export type MoveDecision = { readonly state: EngagementState } | { readonly refusal: Refusal };

export function decideMove(state: EngagementState, move: EngagementMove): MoveDecision {
  const next = MOVES[move][state];
  if (next !== undefined) return { state: next };
  return { refusal: refusalOf({ ruleId: 'ENGAGEMENT-STATE', rulePack }, { from: state, to: TARGETS[move] }) };
}

/** `open`: whether the creditor has an engagement of this agency that has not ended. */
export function refuseProposal(open: boolean): Refusal | null {
  return open ? refusalOf({ ruleId: 'ENGAGEMENT-OPEN-ONCE', rulePack }) : null;
}

export interface AttestationTerms {
  readonly standard: string;
  readonly validUntil: Date;
}

export function checkAttestation({ standard, validUntil }: AttestationTerms, at: Date): void {
  if (!STANDARD.test(standard)) {
    throw new HubError('BAD_INPUT', 'A standard is a code like ISO27001: capitals, digits, dots, colons, slashes, hyphens or underscores.', {
      ruleId: 'ATTESTATION-STANDARD-FORM',
      argument: 'input.standard',
    });
  }
  if (validUntil <= at) throw new HubError('BAD_INPUT', 'The attestation has already expired.', { ruleId: 'ATTESTATION-TERM-AHEAD', argument: 'input.validUntil' });
}

export function refuseAttestation({ validUntil }: AttestationTerms, at: Date): Refusal | null {
  const latest = new Date(at);
  latest.setUTCFullYear(latest.getUTCFullYear() + ATTESTATION_YEARS_MAX);
  if (validUntil <= latest) return null;
  return refusalOf({ ruleId: 'ATTESTATION-TERM-BOUNDED', rulePack }, { years: ATTESTATION_YEARS_MAX });
}

export interface Qualification {
  readonly licences: readonly Pick<LicenceTerms, 'validFrom' | 'validUntil'>[];
  /** The day it is where the agency is registered. */
  readonly day: string;
  /** When the latest attestation expires; null when there is none. */
  readonly attestedUntil: Date | null;
}

export const QUALIFICATION_RULES = ['ENGAGEMENT-STATE', 'ENGAGEMENT-LICENCE-VALID', 'ENGAGEMENT-ATTESTATION-CURRENT'] as const;
export const MOVE_RULES = ['ENGAGEMENT-STATE'] as const;

/** To qualify and to reinstate alike: what had expired meanwhile must be renewed first. */
export function refuseQualification({ licences, day, attestedUntil }: Qualification, at: Date): Refusal | null {
  if (!licences.some((licence) => licenceState(licence, day) === 'VALID')) {
    return refusalOf({ ruleId: 'ENGAGEMENT-LICENCE-VALID', rulePack });
  }
  if (attestedUntil === null || attestedUntil <= at) {
    return refusalOf({ ruleId: 'ENGAGEMENT-ATTESTATION-CURRENT', rulePack });
  }
  return null;
}
