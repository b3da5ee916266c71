/** How agencies and their licences are shown, registered and recorded in GraphQL. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { AgencyRow } from './agency.row';
import type { LicenceRow } from './licence.row';

@ObjectType('Agency', { implements: Node, description: 'A collection agency: who it is and what it is licensed for. The same for every creditor.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class Agency implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'Its registered name.' })
  name!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The country where it is registered, by ISO 3166-1.' })
  jurisdiction!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'Its number in the register of companies there.' })
  registrationNumber!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was registered in the hub.' })
  registeredAt!: Date;
}

export const AgencyConnection = connectionOf('Agency', () => Agency, EVERY_AUDIENCE);

export const LicenceStateWord = declareEnum(
  { SCHEDULED: 'SCHEDULED', VALID: 'VALID', EXPIRED: 'EXPIRED' } as const,
  {
    name: 'LicenceState',
    description: 'Whether a licence is valid today, where the agency is registered.',
    audiences: EVERY_AUDIENCE,
    values: { SCHEDULED: 'Its first day has not come.', VALID: 'It is valid today.', EXPIRED: 'Its last day has passed.' },
  },
);

@ObjectType('Licence', { implements: Node, description: 'A licence of an agency, with its expiry.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class Licence implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'What it licenses, as a code.' })
  kind!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'Its number.' })
  number!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => LocalDate, { description: 'The first day it is valid.' })
  validFrom!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => LocalDate, { description: 'The last day it is valid.' })
  validUntil!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was recorded.' })
  recordedAt!: Date;

  /** Not shown itself: the agency is. */
  agencyId!: string;
}

export const LicenceConnection = connectionOf('Licence', () => Licence, EVERY_AUDIENCE);

export const AgencyAccepted = acceptedOf({
  name: 'AgencyAccepted',
  description: 'The agency was registered.',
  audiences: ['INTERNAL'],
  entity: 'agency',
  type: () => Agency,
});

export const AgencyResult = resultOf({ name: 'AgencyResult', description: 'How the registration of an agency ended.', audiences: ['INTERNAL'], accepted: AgencyAccepted });

export const LicenceAccepted = acceptedOf({
  name: 'LicenceAccepted',
  description: 'The licence was recorded.',
  audiences: ['INTERNAL'],
  entity: 'licence',
  type: () => Licence,
});

export const LicenceResult = resultOf({ name: 'LicenceResult', description: 'How the recording of a licence ended.', audiences: ['INTERNAL'], accepted: LicenceAccepted });

@InputType('RegisterAgencyInput', { description: 'Who the agency is.' })
@Audience('INTERNAL')
export class RegisterAgencyInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => String, { description: 'Its registered name.' })
  name!: string;

  @Field(() => String, { description: 'The country where it is registered, by ISO 3166-1, like CN.' })
  jurisdiction!: string;

  @Field(() => String, { description: 'Its number in the register of companies there.' })
  registrationNumber!: string;
}

@InputType('RecordLicenceInput', { description: 'Which licence the agency holds.' })
@Audience('INTERNAL')
export class RecordLicenceInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The agency that holds it.' })
  agencyId!: string;

  @Field(() => String, { description: 'What it licenses, as a code: capitals, digits or underscores, like DEBT_COLLECTION.' })
  kind!: string;

  @Field(() => String, { description: 'Its number.' })
  number!: string;

  @Field(() => LocalDate, { description: 'The first day it is valid.' })
  validFrom!: string;

  @Field(() => LocalDate, { description: 'The last day it is valid.' })
  validUntil!: string;
}

export function toAgency({ id, name, jurisdiction, registrationNumber, registeredAt }: AgencyRow): Agency {
  return { id, name, jurisdiction, registrationNumber, registeredAt };
}

export function toLicence({ id, agencyId, kind, number, validFrom, validUntil, recordedAt }: LicenceRow): Licence {
  return { id, agencyId, kind, number, validFrom, validUntil, recordedAt };
}
