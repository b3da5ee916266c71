/** How the return or destruction of a placement's data is shown and attested. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Sha256Hex } from '../../schema/sha256-hex';
import { attestationState, type AttestationMethod as Method, type AttestationState as State, type RetentionBasis as Basis } from './attestation';
import type { AttestationRow } from './attestation.row';

export const AttestationMethod = declareEnum(
  { RETURNED: 'RETURNED', DESTROYED: 'DESTROYED', RETAINED_BY_LAW: 'RETAINED_BY_LAW' } as const satisfies { [M in Method]: M },
  {
    name: 'AttestationMethod',
    description: 'What became of data that had been entrusted.',
    audiences: EVERY_AUDIENCE,
    values: {
      RETURNED: 'Given back to the creditor; the agency keeps no copy.',
      DESTROYED: 'Deleted at the agency, copies included.',
      RETAINED_BY_LAW: 'Kept, only as far and as long as a law has it kept.',
    },
  },
);

export const RetentionBasis = declareEnum(
  {
    ACCOUNTING: 'ACCOUNTING',
    ANTI_MONEY_LAUNDERING: 'ANTI_MONEY_LAUNDERING',
    COLLECTION_RECORDS: 'COLLECTION_RECORDS',
    LITIGATION: 'LITIGATION',
    ORDER_OF_AUTHORITY: 'ORDER_OF_AUTHORITY',
  } as const satisfies { [B in Basis]: B },
  {
    name: 'RetentionBasis',
    description: 'Why a law has data kept. It stands in clear in the ledger, so it is a word and never a text.',
    audiences: EVERY_AUDIENCE,
    values: {
      ACCOUNTING: 'Records of accounting and tax.',
      ANTI_MONEY_LAUNDERING: 'Records against money laundering.',
      COLLECTION_RECORDS: 'Records of collection work that supervision has kept.',
      LITIGATION: 'Evidence in proceedings that are under way.',
      ORDER_OF_AUTHORITY: 'An order of a court or an authority.',
    },
  },
);

export const AttestationStateWord = declareEnum(
  { DUE: 'DUE', OVERDUE: 'OVERDUE', RETAINED: 'RETAINED', ATTESTED: 'ATTESTED' } as const satisfies { [S in State]: S },
  {
    name: 'AttestationState',
    description: "Whether the agency has said what became of a placement's data.",
    audiences: EVERY_AUDIENCE,
    values: {
      DUE: 'Access has ended; the agency still has time to attest.',
      OVERDUE: 'The time is over, or the day until which a law had data kept.',
      RETAINED: 'Attested as kept by law, until the day named.',
      ATTESTED: 'Attested as returned or destroyed.',
    },
  },
);

@ObjectType('PlacementAttestation', { description: "What the agency is to attest, or has attested, of a placement's data." })
@Audience(...EVERY_AUDIENCE)
export class PlacementAttestation {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => AttestationStateWord, { description: 'Where it stands now.' })
  state!: State;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'Until when it was to be attested, exclusive: fixed when access ended.' })
  attestBy!: Date;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => AttestationMethod, { nullable: true, description: 'What became of the data; null until it is attested.' })
  method!: Method | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => RetentionBasis, { nullable: true, description: 'Why it is kept, if it is.' })
  basis!: Basis | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => LocalDate, { nullable: true, description: 'The last day it is kept, if it is.' })
  retainedUntil!: string | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { nullable: true, description: 'When it was attested last; null until it is.' })
  attestedAt!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Sha256Hex, { nullable: true, description: 'The SHA-256 of the evidence, such as a certificate of destruction, if one was named.' })
  evidenceHash!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { nullable: true, description: 'The thumbprint of the key of the agency that signed it; null when it had none.' })
  signedBy!: string | null;
}

@InputType('AttestReturnOrDestructionInput', { description: "What became of a placement's data after your access ended." })
@Audience('PARTNER')
export class AttestReturnOrDestructionInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The placement.' })
  placementId!: string;

  @Field(() => AttestationMethod, { description: 'What became of the data.' })
  method!: Method;

  @Field(() => RetentionBasis, { nullable: true, description: 'Why it is kept: with `RETAINED_BY_LAW`, and only then.' })
  basis?: Basis | null;

  @Field(() => LocalDate, { nullable: true, description: 'The last day it is kept: with `RETAINED_BY_LAW`, and only then.' })
  retainedUntil?: string | null;

  @Field(() => Sha256Hex, { nullable: true, description: 'The SHA-256 of your evidence.' })
  evidenceHash?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A detached JWS by a key of your agency over the canonical JSON `{"agencyId":…,"basis":…,"evidenceHash":…,"method":…,"placementId":…,"retainedUntil":…,"statement":"RETURN_OR_DESTRUCTION","v":1}`, null where nothing is said. Required while your agency has a key in force.',
  })
  signature?: string | null;
}

export function toPlacementAttestation(attestBy: Date, latest: AttestationRow | null, now: Date): PlacementAttestation {
  return {
    state: attestationState(attestBy, latest, now),
    attestBy,
    method: latest?.method ?? null,
    basis: latest?.basis ?? null,
    retainedUntil: latest?.retainedUntil ?? null,
    attestedAt: latest?.attestedAt ?? null,
    evidenceHash: latest?.evidenceHash ?? null,
    signedBy: latest?.thumbprint ?? null,
  };
}
