/** How the fees of an agreement are shown and given. */
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';

@ObjectType('FeeTier', { description: 'The fee for debts of one band of delay.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class FeeTierShown {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'The band begins at this many days past due and ends where the next begins.' })
  daysPastDueFrom!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'The share of what is recovered, in basis points: 1250 is 12.5 %.' })
  basisPoints!: number;
}

@ObjectType('FeeSchedule', { description: 'What the agency earns of what it recovers.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class FeeScheduleShown {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [FeeTierShown], { description: 'The bands of delay, ascending.' })
  tiers!: readonly FeeTierShown[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'No commission exceeds this share, in basis points.' })
  capBasisPoints!: number;
}

@InputType('FeeTierInput', { description: 'The fee for debts of one band of delay.' })
@Audience('INTERNAL')
export class FeeTierInput {
  @Field(() => Int, { description: 'The band begins at this many days past due and ends where the next begins.' })
  daysPastDueFrom!: number;

  @Field(() => Int, { description: 'The share of what is recovered, in basis points: 1250 is 12.5 %.' })
  basisPoints!: number;
}

@InputType('FeeScheduleInput', { description: 'What the agency earns of what it recovers.' })
@Audience('INTERNAL')
export class FeeScheduleInput {
  @Field(() => [FeeTierInput], { description: 'The bands of delay, ascending; the first begins where the agreement does.' })
  tiers!: FeeTierInput[];

  @Field(() => Int, { description: 'No commission exceeds this share, in basis points.' })
  capBasisPoints!: number;
}
