/**
 * The entities of other rooms as this room refers to them: their ids, and the lists this room adds to them. Who they are is
 * answered by the room that owns them, under its own row scope.
 */
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

@ObjectType('Borrower', { description: 'Who owes: one person as one creditor knows them.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class BorrowerStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('Agency', { description: 'A collection agency.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class AgencyStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

@ObjectType('EntrustmentAgreement', { description: 'Under what terms a creditor entrusts debts to an agency.' })
@Directive('@key(fields: "id", resolvable: false)')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class AgreementStub {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}
