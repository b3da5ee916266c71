/** A small audit room for schema tests: answers `node` by stubs, and extends the debts room's Debt with a field of its own. */
import { Arg, Directive, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../../schema/audience';
import { Node, nodeTypeOf } from '../../../schema/node';
import { buildRoomSchema, type RoomSchema } from '../../../schema/subgraph-schema';

@ObjectType('Debt', { implements: Node, description: 'A claim of a creditor on a borrower.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class TrailedDebt implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Borrower', { implements: Node, description: 'Who owes.' })
@Directive('@key(fields: "id", resolvable: false)')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class BorrowerNode implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Export', { implements: Node, description: 'A prepared export.' })
@Directive('@key(fields: "id")')
@Audience('REGULATOR')
export class Export implements Node {
  @Audience('REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@Resolver(() => TrailedDebt)
export class TrailResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => Node, { nullable: true, description: 'Anything by its global id, or null when there is none in your scope.' })
  node(@Arg('id', () => ID, { description: 'The global id.' }) id: string): Node | null {
    return nodeTypeOf(id) === null ? null : { id };
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => Int, { description: 'How many entries name this debt.' })
  trailLength(@Root() debt: TrailedDebt): number {
    return debt.id.length;
  }
}

export function auditSample(): RoomSchema {
  return buildRoomSchema({
    resolvers: [TrailResolver],
    orphanedTypes: [TrailedDebt, BorrowerNode, Export],
    references: { Debt: ({ id }) => ({ id }), Export: ({ id }) => ({ id }) },
  });
}
