/** How an entrustment agreement is shown, signed and terminated in GraphQL. */
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Sha256Hex } from '../../schema/sha256-hex';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { DataCategoryWord, PurposeWord } from '../../schema/vocabulary-enums';
import { agreementState, type AgreementState, type ContactChannel } from './entrustment-agreement';
import type { EntrustmentAgreementRow } from './entrustment-agreement.row';
import { FeeScheduleInput, FeeScheduleShown } from './fee-schedule.type';

export const EntrustmentAgreementState = declareEnum(
  { SIGNED: 'SIGNED', IN_FORCE: 'IN_FORCE', EXPIRED: 'EXPIRED', TERMINATED: 'TERMINATED' } as const,
  {
    name: 'EntrustmentAgreementState',
    description: 'Where an agreement stands.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      SIGNED: 'It is signed, and its term has not begun.',
      IN_FORCE: 'Debts can be placed under it.',
      EXPIRED: 'Its term has ended.',
      TERMINATED: 'It was terminated before its term ended.',
    },
  },
);

export const ContactChannelWord = declareEnum(
  { PHONE: 'PHONE', SMS: 'SMS', LETTER: 'LETTER', EMAIL: 'EMAIL', VISIT: 'VISIT' } as const,
  {
    name: 'ContactChannel',
    description: 'A way to reach a borrower.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: { PHONE: 'A call.', SMS: 'A text message.', LETTER: 'A letter by post.', EMAIL: 'An e-mail.', VISIT: 'A visit in person.' },
  },
);

export const AgreementTerminationReason = declareEnum(
  { BREACH: 'BREACH', MUTUAL_CONSENT: 'MUTUAL_CONSENT', CREDITOR_DECISION: 'CREDITOR_DECISION', AGENCY_EXIT: 'AGENCY_EXIT', REGULATORY_ORDER: 'REGULATORY_ORDER' } as const,
  {
    name: 'AgreementTerminationReason',
    description: 'Why an agreement was terminated.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      BREACH: 'A party broke it.',
      MUTUAL_CONSENT: 'Both parties agreed to end it.',
      CREDITOR_DECISION: 'The creditor withdrew the entrustment.',
      AGENCY_EXIT: 'The agency gave up the business.',
      REGULATORY_ORDER: 'An authority ordered it.',
    },
  },
);

@ObjectType('EntrustmentAgreement', {
  implements: Node,
  description: 'The terms under which a creditor may place debts with an agency. The creditor stays creditor: an entrustment is not a sale.',
})
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class EntrustmentAgreement implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [String], { description: 'The codes of the products it covers.' })
  products!: string[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [String], { description: 'The codes of the regions it covers.' })
  regions!: string[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'It covers debts from this many days past due on.' })
  daysPastDueMin!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { nullable: true, description: 'It covers debts up to this many days past due; null for any.' })
  daysPastDueMax!: number | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [PurposeWord], { description: 'The purposes for which the agency may process personal data.' })
  purposes!: Purpose[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [DataCategoryWord], { description: 'The categories of personal data it covers.' })
  categories!: DataCategory[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [ContactChannelWord], { description: 'The ways in which the agency may reach a borrower.' })
  channels!: ContactChannel[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => FeeScheduleShown, { description: 'What the agency earns.' })
  feeSchedule!: FeeScheduleShown;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'The first moment of its term.' })
  from!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Boolean, { description: 'Whether the agency may entrust another (Civil Code 923, PIPL 21).' })
  subDelegation!: boolean;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Sha256Hex, { description: 'The SHA-256 of the signed document.' })
  documentHash!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => EntrustmentAgreementState, { description: 'Where it stands now.' })
  state!: AgreementState;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When its signature was recorded.' })
  signedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'When it was terminated, if it was.' })
  terminatedAt!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => AgreementTerminationReason, { nullable: true, description: 'Why it was terminated, if it was.' })
  terminationReason!: keyof typeof AgreementTerminationReason | null;

  /** Not shown themselves: the creditor and the agency are. */
  creditorId!: string;
  agencyId!: string;
}

export const EntrustmentAgreementConnection = connectionOf('EntrustmentAgreement', () => EntrustmentAgreement, ['INTERNAL', 'PARTNER', 'REGULATOR']);

export const EntrustmentAgreementAccepted = acceptedOf({
  name: 'EntrustmentAgreementAccepted',
  description: 'The agreement was signed or terminated.',
  audiences: ['INTERNAL'],
  entity: 'entrustmentAgreement',
  type: () => EntrustmentAgreement,
});

export const EntrustmentAgreementResult = resultOf({
  name: 'EntrustmentAgreementResult',
  description: 'How a command about an agreement ended.',
  audiences: ['INTERNAL'],
  accepted: EntrustmentAgreementAccepted,
});

@InputType('SignAgreementInput', { description: 'The terms of the signed document.' })
@Audience('INTERNAL')
export class SignAgreementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The agency that signed.' })
  agencyId!: string;

  @Field(() => [String], { description: 'The codes of the products it covers: at least one.' })
  products!: string[];

  @Field(() => [String], { description: 'The codes of the regions it covers: at least one.' })
  regions!: string[];

  @Field(() => Int, { description: 'It covers debts from this many days past due on.' })
  daysPastDueMin!: number;

  @Field(() => Int, { nullable: true, description: 'It covers debts up to this many days past due; any when left out.' })
  daysPastDueMax?: number | null;

  @Field(() => [PurposeWord], { description: 'The purposes for which the agency may process personal data: at least one.' })
  purposes!: Purpose[];

  @Field(() => [DataCategoryWord], { description: 'The categories of personal data it covers: at least one.' })
  categories!: DataCategory[];

  @Field(() => [ContactChannelWord], { description: 'The ways in which the agency may reach a borrower: at least one.' })
  channels!: ContactChannel[];

  @Field(() => FeeScheduleInput, { description: 'What the agency earns.' })
  feeSchedule!: FeeScheduleInput;

  @Field(() => Instant, { description: 'The first moment of its term.' })
  from!: Date;

  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the agency may entrust another (Civil Code 923, PIPL 21).' })
  subDelegation!: boolean;

  @Field(() => Sha256Hex, { description: 'The SHA-256 of the signed document.' })
  documentHash!: string;
}

@InputType('TerminateAgreementInput', { description: 'Which agreement to terminate, and why.' })
@Audience('INTERNAL')
export class TerminateAgreementInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The agreement.' })
  agreementId!: string;

  @Field(() => AgreementTerminationReason, { description: 'Why it is terminated.' })
  reason!: keyof typeof AgreementTerminationReason;
}

/** Stored words were checked against the vocabulary before they were stored. */
export function toEntrustmentAgreement(row: EntrustmentAgreementRow, at: Date): EntrustmentAgreement {
  const { validFrom, validUntil, purposes, categories, channels, terminationReason, ...same } = row;
  return {
    ...same,
    purposes: purposes as Purpose[],
    categories: categories as DataCategory[],
    channels: channels as ContactChannel[],
    terminationReason: terminationReason as keyof typeof AgreementTerminationReason | null,
    from: validFrom,
    until: validUntil,
    state: agreementState(row, at),
  };
}
