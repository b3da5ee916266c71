/** A small borrowers room for schema tests: owns Borrower, and has a stub of the debts room's Debt. */
import { Arg, Directive, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../../schema/audience';
import { Personal, Vaulted } from '../../../schema/personal';
import { buildRoomSchema, type RoomSchema } from '../../../schema/subgraph-schema';
import { debtId } from './debts';

@ObjectType('Debt', { description: 'A claim of a creditor on a borrower.' })
@Directive('@key(fields: "id", resolvable: false)')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class DebtStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Borrower', { description: 'Who owes.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Borrower {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'BORROWER')
  @Personal('IDENTITY')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The full name.' })
  name!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'BORROWER')
  @Personal('CONTACT', { sensitive: true })
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The main phone number.' })
  phone!: string | null;
}

export const BORROWERS: readonly Borrower[] = [0, 1, 2].map((n) => ({
  id: `borrower_${String(n).padStart(26, '0')}`,
  name: `name ${n}`,
  phone: `phone ${n}`,
}));

@Resolver(() => Borrower)
export class BorrowerResolver {
  @Audience('INTERNAL', 'BORROWER')
  @Query(() => Borrower, { nullable: true, description: 'One borrower, or null when there is none in your scope.' })
  borrower(@Arg('id', () => ID, { description: 'Its global id.' }) id: string): Borrower | null {
    return BORROWERS.find((borrower) => borrower.id === id) ?? null;
  }

  @Audience('INTERNAL')
  @FieldResolver(() => DebtStub, { nullable: true, description: 'The newest debt.' })
  newestDebt(@Root() borrower: Borrower): DebtStub | null {
    return { id: debtId(BORROWERS.findIndex(({ id }) => id === borrower.id)) };
  }
}

export function borrowersSample(): RoomSchema {
  return buildRoomSchema({
    resolvers: [BorrowerResolver],
    references: { Borrower: (reference) => BORROWERS.find(({ id }) => id === reference.id) ?? null },
  });
}
