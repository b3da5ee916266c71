/** A small debts room for schema tests: every construct a room uses, over rows in memory. */
import { IsNotEmpty } from 'class-validator';
import { Arg, Args, Directive, Field, FieldResolver, ID, InputType, Int, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../../schema/audience';
import { connectionFrom, connectionOf, rowsOfPage, type Connection } from '../../../schema/connection';
import { declareEnum } from '../../../schema/enum-type';
import { Instant } from '../../../schema/instant';
import { Money, MoneyInput } from '../../../schema/money';
import { Node } from '../../../schema/node';
import { ConnectionArgs, openPage } from '../../../schema/page';
import { Personal } from '../../../schema/personal';
import { acceptedOf, Refusal, resultOf, type Accepted } from '../../../schema/refusal';
import { buildRoomSchema, type RoomSchema } from '../../../schema/subgraph-schema';

export const DebtState = declareEnum(
  { OPEN: 'OPEN', CLOSED: 'CLOSED', WRITTEN_OFF: 'WRITTEN_OFF' } as const,
  {
    name: 'SampleDebtState',
    description: 'Where a debt stands.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      OPEN: 'Something is owed.',
      CLOSED: 'Nothing is owed.',
      WRITTEN_OFF: { description: 'Written off in the books.', audiences: ['INTERNAL', 'REGULATOR'] },
    },
  },
);

/** What this room shows of a borrower: the key, by which the borrowers room answers the rest. */
@ObjectType('Borrower', { description: 'Who owes.' })
@Directive('@key(fields: "id", resolvable: false)')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class BorrowerStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Debt', { implements: Node, description: 'A claim of a creditor on a borrower.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class Debt implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL')
  @Field(() => DebtState, { description: 'Where the debt stands.' })
  state!: keyof typeof DebtState;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Personal('BALANCE')
  @Field(() => Money, { nullable: true, description: 'What is owed.' })
  balance!: Money | null;

  @Audience('INTERNAL')
  @Field(() => Int, { description: 'How likely the debt is to be paid, by the creditor alone.' })
  score!: number;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'When the debt was registered.' })
  registeredAt!: Date;

  @Audience('INTERNAL', 'PARTNER')
  @Field(() => BorrowerStub, { description: 'Who owes it.' })
  borrower!: BorrowerStub;
}

export const DebtConnection = connectionOf('Debt', () => Debt, ['INTERNAL', 'PARTNER', 'REGULATOR']);

export const DebtAdjusted = acceptedOf({
  name: 'DebtAdjusted',
  description: 'The debt was adjusted.',
  audiences: ['INTERNAL'],
  entity: 'debt',
  type: () => Debt,
});

export const AdjustmentResult = resultOf({
  name: 'AdjustmentResult',
  description: 'How an adjustment ended.',
  audiences: ['INTERNAL'],
  accepted: DebtAdjusted,
});

@InputType('AdjustDebtInput', { description: 'Which debt, and to what.' })
@Audience('INTERNAL')
export class AdjustDebtInput {
  @IsNotEmpty({ message: 'A client key is any text of your own.' })
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The debt.' })
  debtId!: string;

  @Field(() => MoneyInput, { description: 'What is owed now.' })
  balance!: MoneyInput;
}

export function debtId(n: number): string {
  return `debt_${String(n).padStart(26, '0')}`;
}

export const DEBTS: readonly Debt[] = Array.from({ length: 12 }, (_, n) => ({
  id: debtId(n),
  state: n % 3 === 0 ? 'WRITTEN_OFF' : 'OPEN',
  balance: { minor: 1000 + n, currency: 'CNY' },
  score: n,
  registeredAt: new Date(Date.UTC(2026, 0, n + 1)),
  borrower: { id: `borrower_${String(n % 3).padStart(26, '0')}` },
}));

const keyOf = (debt: Debt): [string] => [debt.id];

@Resolver(() => Debt)
export class DebtResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => Debt, { nullable: true, description: 'One debt, or null when there is none in your scope.' })
  debt(@Arg('id', () => ID, { description: 'Its global id.' }) id: string): Debt | null {
    return DEBTS.find((debt) => debt.id === id) ?? null;
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => DebtConnection, { description: 'The debts in your scope.' })
  debts(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Audience('INTERNAL')
    @Arg('minScore', () => Int, { nullable: true, description: 'Only debts of at least this score.' })
    minScore: number | undefined,
  ): Connection<Debt> {
    const page = openPage(args, { audience: 'INTERNAL', sort: 'debts:id' });
    const visible = DEBTS.filter((debt) => debt.score >= (minScore ?? 0));
    return connectionFrom(page, rowsOfPage(page, visible, keyOf), keyOf);
  }

  @Audience('INTERNAL')
  @Mutation(() => AdjustmentResult, { description: 'Sets what is owed.' })
  adjustDebt(
    @Arg('input', () => AdjustDebtInput, { description: 'Which debt, and to what.' }) input: AdjustDebtInput,
  ): (Accepted & { debt: Debt }) | Refusal {
    const debt = DEBTS.find(({ id }) => id === input.debtId);
    if (debt === undefined || input.balance.minor < 0) {
      return { ruleId: 'ADJUSTMENT-POSITIVE', rulePack: 'sample', message: 'Refused.', remedy: 'Give a positive balance.' };
    }
    return { debt: { ...debt, balance: input.balance }, ledgerIndex: 7, pending: false };
  }

  @Audience('INTERNAL')
  @FieldResolver(() => String, { description: 'The score in words.' })
  scoreText(@Root() debt: Debt): string {
    return `score ${debt.score}`;
  }
}

export function debtsSample(): RoomSchema {
  return buildRoomSchema({
    resolvers: [DebtResolver],
    references: { Debt: (reference) => DEBTS.find(({ id }) => id === reference.id) ?? null },
  });
}
