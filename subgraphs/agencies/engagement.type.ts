/** How one bank's engagement of an agency is shown and moved in GraphQL. */
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Sha256Hex } from '../../schema/sha256-hex';
import type { EngagementState } from './engagement';
import type { EngagementRow } from './engagement.row';
import type { SecurityAttestationRow } from './security-attestation.row';

export const EngagementStateWord = declareEnum(
  { PROPOSED: 'PROPOSED', QUALIFIED: 'QUALIFIED', SUSPENDED: 'SUSPENDED', ENDED: 'ENDED' } as const,
  {
    name: 'EngagementState',
    description: 'Where the engagement of an agency by a creditor stands.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      PROPOSED: 'Due diligence is under way; nothing can be placed.',
      QUALIFIED: 'Debts can be placed, and open grants give access.',
      SUSPENDED: 'No new work, and no access under any grant, until it is reinstated.',
      ENDED: 'Over. Another engagement may be proposed.',
    },
  },
);

export const EngagementReason = declareEnum(
  {
    CONDUCT_VIOLATION: 'CONDUCT_VIOLATION',
    COMPLAINTS: 'COMPLAINTS',
    SECURITY_INCIDENT: 'SECURITY_INCIDENT',
    INSPECTION_FINDING: 'INSPECTION_FINDING',
    LICENCE_LAPSED: 'LICENCE_LAPSED',
    ATTESTATION_LAPSED: 'ATTESTATION_LAPSED',
    AGENCY_REQUEST: 'AGENCY_REQUEST',
    CREDITOR_DECISION: 'CREDITOR_DECISION',
    REGULATORY_ORDER: 'REGULATORY_ORDER',
  } as const,
  {
    name: 'EngagementReason',
    description: 'Why an engagement was suspended or ended.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      CONDUCT_VIOLATION: 'The agency broke the rules of conduct.',
      COMPLAINTS: 'Borrowers complained of it.',
      SECURITY_INCIDENT: 'The security of information was breached.',
      INSPECTION_FINDING: 'An inspection found a fault that is not rectified.',
      LICENCE_LAPSED: 'It has no valid licence.',
      ATTESTATION_LAPSED: 'Its information security is not attested any more.',
      AGENCY_REQUEST: 'The agency asked for it.',
      CREDITOR_DECISION: 'The creditor decided so.',
      REGULATORY_ORDER: 'An authority ordered it.',
    },
  },
);

export type EngagementReasonWord = keyof typeof EngagementReason;

/** The entity of the creditors room, with what this room adds to it. */
@ObjectType('Creditor', { description: 'Who a debt is owed to.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class CreditorStub {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('SecurityAttestation', { description: "An agency's attestation of its information security to one creditor. The latest one counts." })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class SecurityAttestation {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Its number within the engagement, from 1.' })
  number!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The standard attested, as a code, like ISO27001.' })
  standard!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it expires, exclusive.' })
  validUntil!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Sha256Hex, { description: 'The SHA-256 of the evidence.' })
  evidenceHash!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was recorded.' })
  attestedAt!: Date;
}

export const SecurityAttestationConnection = connectionOf('SecurityAttestation', () => SecurityAttestation, ['INTERNAL', 'PARTNER', 'REGULATOR']);

@ObjectType('Engagement', { implements: Node, description: "One creditor's engagement of one agency: that creditor's view of it, not shared with others." })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class Engagement implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => EngagementStateWord, { description: 'Where it stands.' })
  state!: EngagementState;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => EngagementReason, { nullable: true, description: 'Why it is suspended or ended, if it is.' })
  reason!: EngagementReasonWord | null;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Sha256Hex, { nullable: true, description: 'The SHA-256 of the due diligence on which it was qualified.' })
  dueDiligenceHash!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was proposed.' })
  proposedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'Since when it has stood where it stands.' })
  stateSince!: Date;

  /** Not shown themselves: the creditor and the agency are. */
  creditorId!: string;
  agencyId!: string;
}

export const EngagementConnection = connectionOf('Engagement', () => Engagement, ['INTERNAL', 'PARTNER', 'REGULATOR']);

export const EngagementAccepted = acceptedOf({
  name: 'EngagementAccepted',
  description: 'The engagement was moved.',
  audiences: ['INTERNAL'],
  entity: 'engagement',
  type: () => Engagement,
});

export const EngagementResult = resultOf({
  name: 'EngagementResult',
  description: 'How a command about an engagement ended.',
  audiences: ['INTERNAL'],
  accepted: EngagementAccepted,
});

@InputType('ProposeEngagementInput', { description: 'Which agency to engage.' })
@Audience('INTERNAL')
export class ProposeEngagementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The agency.' })
  agencyId!: string;
}

@InputType('AttestSecurityInput', { description: 'What the agency attests, until when.' })
@Audience('INTERNAL')
export class AttestSecurityInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The engagement.' })
  engagementId!: string;

  @Field(() => String, { description: 'The standard attested, as a code, like ISO27001.' })
  standard!: string;

  @Field(() => Instant, { description: 'When it expires, exclusive; within three years.' })
  validUntil!: Date;

  @Field(() => Sha256Hex, { description: 'The SHA-256 of the evidence.' })
  evidenceHash!: string;
}

@InputType('QualifyEngagementInput', { description: 'Which engagement to qualify, on which due diligence.' })
@Audience('INTERNAL')
export class QualifyEngagementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The engagement.' })
  engagementId!: string;

  @Field(() => Sha256Hex, { description: 'The SHA-256 of the due diligence report.' })
  evidenceHash!: string;
}

@InputType('SuspendEngagementInput', { description: 'Which engagement to suspend, and why.' })
@Audience('INTERNAL')
export class SuspendEngagementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The engagement.' })
  engagementId!: string;

  @Field(() => EngagementReason, { description: 'Why it is suspended.' })
  reason!: EngagementReasonWord;
}

@InputType('ReinstateEngagementInput', { description: 'Which engagement to reinstate.' })
@Audience('INTERNAL')
export class ReinstateEngagementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The engagement.' })
  engagementId!: string;
}

@InputType('EndEngagementInput', { description: 'Which engagement to end, and why.' })
@Audience('INTERNAL')
export class EndEngagementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The engagement.' })
  engagementId!: string;

  @Field(() => EngagementReason, { description: 'Why it ends.' })
  reason!: EngagementReasonWord;
}

/** Stored words were checked against the enums before they were stored. */
export function toEngagement({ id, creditorId, agencyId, state, reason, dueDiligenceHash, proposedAt, stateSince }: EngagementRow): Engagement {
  return { id, creditorId, agencyId, state: state as EngagementState, reason: reason as EngagementReasonWord | null, dueDiligenceHash, proposedAt, stateSince };
}

export function toSecurityAttestation({ number, standard, validUntil, evidenceHash, attestedAt }: SecurityAttestationRow): SecurityAttestation {
  return { number, standard, validUntil, evidenceHash, attestedAt };
}
