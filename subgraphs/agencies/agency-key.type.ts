/** How the keys of an agency are shown, registered and revoked in GraphQL. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { AgencyKeyRow } from './agency-key.row';

export const AgencyKeyRevocationReason = declareEnum(
  { COMPROMISED: 'COMPROMISED', SUPERSEDED: 'SUPERSEDED', RETIRED: 'RETIRED' } as const,
  {
    name: 'AgencyKeyRevocationReason',
    description: 'Why an agency revoked a key.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      COMPROMISED: 'Somebody else may have it: what it signed shortly before is in doubt.',
      SUPERSEDED: 'Another key took its place.',
      RETIRED: 'It is no longer used.',
    },
  },
);
export type AgencyKeyRevocationReasonWord = keyof typeof AgencyKeyRevocationReason;

@ObjectType('AgencyKey', { description: 'A public key an agency signs with: receipts of what was handed to it, attestations of what became of it.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class AgencyKey {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'Its thumbprint by RFC 7638 (SHA-256, base64url): the `kid` of signatures.' })
  thumbprint!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The one algorithm it verifies, in the words of JWS: `EdDSA` or `ES256`.' })
  algorithm!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The key as PEM.' })
  publicKey!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was registered.' })
  registeredAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When its term ends, exclusive.' })
  validUntil!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'When it was revoked, if it was.' })
  revokedAt!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => AgencyKeyRevocationReason, { nullable: true, description: 'Why it was revoked, if it was.' })
  revocationReason!: AgencyKeyRevocationReasonWord | null;
}

export const AgencyKeyConnection = connectionOf('AgencyKey', () => AgencyKey, ['INTERNAL', 'PARTNER', 'REGULATOR']);

export const AgencyKeyAccepted = acceptedOf({
  name: 'AgencyKeyAccepted',
  description: 'The key was registered or revoked.',
  audiences: ['PARTNER'],
  entity: 'agencyKey',
  type: () => AgencyKey,
});

export const AgencyKeyResult = resultOf({ name: 'AgencyKeyResult', description: 'How a command about a key ended.', audiences: ['PARTNER'], accepted: AgencyKeyAccepted });

@InputType('RegisterAgencyKeyInput', { description: 'A public key your agency signs with.' })
@Audience('PARTNER')
export class RegisterAgencyKeyInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => String, { description: 'The public key as PEM (`BEGIN PUBLIC KEY`): Ed25519 or P-256.' })
  publicKey!: string;

  @Field(() => Instant, { description: 'When its term ends, exclusive; within three years.' })
  validUntil!: Date;

  @Field(() => String, {
    description:
      'A detached JWS by this key, `kid` its thumbprint, over the canonical JSON `{"agencyId":…,"statement":"AGENCY_KEY","thumbprint":…,"v":1}`: proof that you hold it.',
  })
  possession!: string;
}

@InputType('RevokeAgencyKeyInput', { description: 'A key your agency no longer signs with, and why.' })
@Audience('PARTNER')
export class RevokeAgencyKeyInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => String, { description: 'The thumbprint of the key.' })
  thumbprint!: string;

  @Field(() => AgencyKeyRevocationReason, { description: 'Why it is revoked.' })
  reason!: AgencyKeyRevocationReasonWord;
}

const PEM_COLUMNS = /.{1,64}/g;

export function toAgencyKey({ thumbprint, algorithm, spki, registeredAt, validUntil, revokedAt, revocationReason }: AgencyKeyRow): AgencyKey {
  const publicKey = `-----BEGIN PUBLIC KEY-----\n${(spki.match(PEM_COLUMNS) ?? []).join('\n')}\n-----END PUBLIC KEY-----\n`;
  return { thumbprint, algorithm, publicKey, registeredAt, validUntil, revokedAt, revocationReason: revocationReason as AgencyKeyRevocationReasonWord | null };
}
