/** How a regulator's mandate is shown, recorded and ended in GraphQL. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { DataCategoryWord, PurposeWord } from '../../schema/vocabulary-enums';
import { mandateState, type MandateState } from './supervision-mandate';
import type { SupervisionMandateRow } from './supervision-mandate.row';

export const SupervisionMandateState = declareEnum(
  { SCHEDULED: 'SCHEDULED', IN_FORCE: 'IN_FORCE', EXPIRED: 'EXPIRED', ENDED: 'ENDED' } as const,
  {
    name: 'SupervisionMandateState',
    description: 'Where a mandate stands.',
    audiences: ['INTERNAL', 'REGULATOR'],
    values: {
      SCHEDULED: 'Its term has not begun.',
      IN_FORCE: 'It stands.',
      EXPIRED: 'Its term has ended.',
      ENDED: 'It was ended before its term did.',
    },
  },
);

export const MandateEndReason = declareEnum(
  { SUPERVISION_ENDED: 'SUPERVISION_ENDED', REPLACED: 'REPLACED', ENTERED_IN_ERROR: 'ENTERED_IN_ERROR' } as const,
  {
    name: 'MandateEndReason',
    description: 'Why a mandate was ended.',
    audiences: ['INTERNAL', 'REGULATOR'],
    values: {
      SUPERVISION_ENDED: 'The regulator no longer supervises the creditor.',
      REPLACED: 'Another mandate takes its place.',
      ENTERED_IN_ERROR: 'It should not have been recorded.',
    },
  },
);

@ObjectType('SupervisionMandate', { implements: Node, description: 'A recorded right of a regulator to supervise one creditor.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'REGULATOR')
export class SupervisionMandate implements Node {
  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => ID, { description: 'The regulator that holds it.' })
  regulatorId!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => [PurposeWord], { description: 'Always supervision.' })
  purposes!: Purpose[];

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => [DataCategoryWord], { description: 'The categories of personal data it reaches.' })
  categories!: DataCategory[];

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => String, { description: 'The code of its legal basis.' })
  basis!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'The first moment of its term.' })
  from!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => SupervisionMandateState, { description: 'Where it stands now.' })
  state!: MandateState;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was recorded.' })
  grantedAt!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'When it was ended, if it was.' })
  endedAt!: Date | null;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => MandateEndReason, { nullable: true, description: 'Why it was ended, if it was.' })
  endReason!: keyof typeof MandateEndReason | null;

  /** Not shown itself: the creditor is. */
  creditorId!: string;
}

export const SupervisionMandateConnection = connectionOf('SupervisionMandate', () => SupervisionMandate, ['INTERNAL', 'REGULATOR']);

export const SupervisionMandateAccepted = acceptedOf({
  name: 'SupervisionMandateAccepted',
  description: 'The mandate was recorded or ended.',
  audiences: ['INTERNAL'],
  entity: 'supervisionMandate',
  type: () => SupervisionMandate,
});

export const SupervisionMandateResult = resultOf({
  name: 'SupervisionMandateResult',
  description: 'How a command about a mandate ended.',
  audiences: ['INTERNAL'],
  accepted: SupervisionMandateAccepted,
});

@InputType('GrantSupervisionMandateInput', { description: 'Which regulator supervises, on which basis, and for how long.' })
@Audience('INTERNAL')
export class GrantSupervisionMandateInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The regulator, like `regulator_…`.' })
  regulatorId!: string;

  @Field(() => [DataCategoryWord], { nullable: true, description: 'The categories of personal data it reaches; all of them when left out.' })
  categories?: DataCategory[] | null;

  @Field(() => String, { description: 'The code of its legal basis: capitals, digits, dots, hyphens or underscores.' })
  basis!: string;

  @Field(() => Instant, { nullable: true, description: 'The first moment of its term; now when left out.' })
  from?: Date | null;

  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;
}

@InputType('EndSupervisionMandateInput', { description: 'Which mandate to end, and why.' })
@Audience('INTERNAL')
export class EndSupervisionMandateInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The mandate.' })
  mandateId!: string;

  @Field(() => MandateEndReason, { description: 'Why it ends.' })
  reason!: keyof typeof MandateEndReason;
}

/** Stored words were checked against the vocabulary before they were stored. */
export function toSupervisionMandate(row: SupervisionMandateRow, at: Date): SupervisionMandate {
  return {
    id: row.id,
    regulatorId: row.regulatorId,
    purposes: row.purposes as Purpose[],
    categories: row.categories as DataCategory[],
    basis: row.basis,
    from: row.validFrom,
    until: row.validUntil,
    state: mandateState(row, at),
    grantedAt: row.grantedAt,
    endedAt: row.endedAt,
    endReason: row.endReason as keyof typeof MandateEndReason | null,
    creditorId: row.creditorId,
  };
}
