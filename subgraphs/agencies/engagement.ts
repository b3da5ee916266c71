/**
 * One bank's engagement of one agency, as a state machine: proposed, qualified, suspended, ended. Refuses to qualify an
 * agency without a valid licence or a current attestation of its information security; nothing is placed with any other.
 */
import { HubError, type Refusal } from '../../kernel/errors';
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

const REMEDIES: Readonly<Record<EngagementMove, string>> = {
  ATTEST: 'Propose a new engagement: this one has ended.',
  QUALIFY: 'Qualify an engagement that is proposed; reinstate one that is suspended.',
  SUSPEND: 'Only a qualified engagement can be suspended.',
  REINSTATE: 'Only a suspended engagement can be reinstated; qualify one that is proposed.',
  END: 'Nothing is left to end.',
};

function refusal(ruleId: string, message: string, remedy: string): Refusal {
  return { ruleId, rulePack: ENGAGEMENT_RULE_PACK, message, remedy };
}

export type MoveDecision = { readonly state: EngagementState } | { readonly refusal: Refusal };

export function decideMove(state: EngagementState, move: EngagementMove): MoveDecision {
  const next = MOVES[move][state];
  if (next !== undefined) return { state: next };
  return { refusal: refusal('ENGAGEMENT-STATE-ALLOWS', `An engagement that is ${state.toLowerCase()} cannot be moved this way.`, REMEDIES[move]) };
}

/** `open`: whether the creditor has an engagement of this agency that has not ended. */
export function refuseProposal(open: boolean): Refusal | null {
  return open ? refusal('ENGAGEMENT-OPEN-ONCE', 'This agency is engaged already.', 'Go on with the engagement there is, or end it first.') : null;
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
  return refusal('ATTESTATION-TERM-BOUNDED', 'An attestation cannot be relied on for so long.', `Let it end within ${ATTESTATION_YEARS_MAX} years and attest again.`);
}

export interface Qualification {
  readonly licences: readonly Pick<LicenceTerms, 'validFrom' | 'validUntil'>[];
  /** The day it is where the agency is registered. */
  readonly day: string;
  /** When the latest attestation expires; null when there is none. */
  readonly attestedUntil: Date | null;
}

export const QUALIFICATION_RULES = ['ENGAGEMENT-STATE-ALLOWS', 'ENGAGEMENT-LICENCE-VALID', 'ENGAGEMENT-ATTESTATION-CURRENT'] as const;
export const MOVE_RULES = ['ENGAGEMENT-STATE-ALLOWS'] as const;

/** To qualify and to reinstate alike: what had expired meanwhile must be renewed first. */
export function refuseQualification({ licences, day, attestedUntil }: Qualification, at: Date): Refusal | null {
  if (!licences.some((licence) => licenceState(licence, day) === 'VALID')) {
    return refusal('ENGAGEMENT-LICENCE-VALID', 'The agency has no licence that is valid today.', 'Record a licence that is valid today.');
  }
  if (attestedUntil === null || attestedUntil <= at) {
    return refusal('ENGAGEMENT-ATTESTATION-CURRENT', 'The agency has no current attestation of its information security.', 'Record a security attestation that has not expired.');
  }
  return null;
}
