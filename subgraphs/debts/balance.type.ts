/** An amount owed in its parts, as shown and as given. Refuses parts that cannot be owed before any rule is asked. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { CurrencyCode } from '../../schema/currency-code';
import { declareEnum } from '../../schema/enum-type';
import { InputError } from '../../schema/input-error';
import { MinorUnits } from '../../schema/minor-units';
import { wrongPart, type Component, type Components } from './components';

/** In SDL the parts are words of an enum; inside they are the names of their fields. */
export const BalancePart = declareEnum(
  { PRINCIPAL: 'principal', INTEREST: 'interest', PENALTY_INTEREST: 'penaltyInterest', FEE: 'fee', COST: 'cost' } as const satisfies Record<string, Component>,
  {
    name: 'BalancePart',
    description: 'A part of what is owed.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: {
      PRINCIPAL: 'The main debt.',
      INTEREST: 'Interest of the agreed term.',
      PENALTY_INTEREST: 'Interest for the time overdue.',
      FEE: 'Agreed fees.',
      COST: 'Costs of enforcing the claim.',
    },
  },
);

@ObjectType('BalanceComponents', { description: 'An amount in its parts, in the minor unit of one currency. The parts add up to the whole.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class BalanceComponents {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => CurrencyCode, { description: 'The currency of every part.' })
  currency!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => MinorUnits, { description: 'The main debt.' })
  principal!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => MinorUnits, { description: 'Interest of the agreed term.' })
  interest!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => MinorUnits, { description: 'Interest for the time overdue.' })
  penaltyInterest!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => MinorUnits, { description: 'Agreed fees.' })
  fee!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => MinorUnits, { description: 'Costs of enforcing the claim.' })
  cost!: number;
}

@InputType('BalanceComponentsInput', { description: 'An amount in its parts, in the minor unit of the currency named beside it. None is negative.' })
@Audience('INTERNAL')
export class BalanceComponentsInput {
  @Field(() => MinorUnits, { description: 'The main debt.' })
  principal!: number;

  @Field(() => MinorUnits, { defaultValue: 0, description: 'Interest of the agreed term.' })
  interest!: number;

  @Field(() => MinorUnits, { defaultValue: 0, description: 'Interest for the time overdue.' })
  penaltyInterest!: number;

  @Field(() => MinorUnits, { defaultValue: 0, description: 'Agreed fees.' })
  fee!: number;

  @Field(() => MinorUnits, { defaultValue: 0, description: 'Costs of enforcing the claim.' })
  cost!: number;
}

/** Throws InputError naming the part at fault; `argument` is where the parts stand in the input. */
export function parseComponents(input: BalanceComponentsInput, argument: string): Components {
  const { principal, interest, penaltyInterest, fee, cost } = input;
  const components: Components = { principal, interest, penaltyInterest, fee, cost };
  const wrong = wrongPart(components);
  if (wrong === 'total') throw new InputError(argument, 'The parts add up to more than the hub can count.');
  if (wrong !== null) throw new InputError(`${argument}.${wrong}`, 'A part of what is owed is a whole number of minor units, zero or more.');
  return components;
}
