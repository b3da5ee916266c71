/** What this room adds to a Creditor: nothing but the way to its borrowers. Who the creditor is, the creditors room answers. */
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';

@ObjectType('Creditor', { description: 'A bank or another holder of claims.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class CreditorStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}
