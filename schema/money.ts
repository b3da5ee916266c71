/** An amount with its currency, as shown and as given. Refuses nothing itself: its scalars do. */
import { Directive, Field, InputType, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from './audience';
import { CurrencyCode } from './currency-code';
import { MinorUnits } from './minor-units';

@ObjectType('Money', { description: 'An amount of money in the minor unit of its currency.' })
@Directive('@shareable')
@Audience(...EVERY_AUDIENCE)
export class Money {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => MinorUnits, { description: 'The amount in minor units: 1050 is 10.50 for CNY.' })
  minor!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => CurrencyCode, { description: 'The currency of the amount.' })
  currency!: string;
}

@InputType('MoneyInput', { description: 'An amount of money in the minor unit of its currency.' })
@Audience(...EVERY_AUDIENCE)
export class MoneyInput {
  @Field(() => MinorUnits, { description: 'The amount in minor units: 1050 is 10.50 for CNY.' })
  minor!: number;

  @Field(() => CurrencyCode, { description: 'The currency of the amount.' })
  currency!: string;
}
