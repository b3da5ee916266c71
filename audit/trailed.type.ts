/** The entities of other rooms that have a trail in the ledger. Each room says what else they are. */
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { Node } from '../schema/node';

@ObjectType('Creditor', { implements: Node, description: 'Who a debt is owed to: a bank or another lender. The tenant of the hub.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class TrailedCreditor implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Debt', { implements: Node, description: 'A claim of a creditor on one of its borrowers.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class TrailedDebt implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Agency', { implements: Node, description: 'A collection agency.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class TrailedAgency implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Borrower', { implements: Node, description: 'Who owes: one person as one creditor knows them.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class TrailedBorrower implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}
