/**
 * How a Borrower is shown, field by field, with its audiences. Which creditors one person owes is in no type: a Borrower is
 * one creditor's view, and nothing here leads from it to another's.
 */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Subject } from '../../kernel/rights/right';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { Personal, Vaulted } from '../../schema/personal';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { BorrowerRow } from './borrower.row';
import { ContactPointInput } from './contact-point.type';
import { CreditorStub } from './creditor.type';

@ObjectType('Borrower', { implements: Node, description: 'Who owes: one person as one creditor knows them.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Borrower implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => CreditorStub, { description: 'Whose borrower this is.' })
  creditor!: CreditorStub;

  @Audience('INTERNAL', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When the creditor registered the borrower with the hub.' })
  registeredAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('IDENTITY')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The full name; null when it was erased.' })
  name?: string | null;

  @Audience('INTERNAL', 'REGULATOR', 'BORROWER')
  @Personal('IDENTITY', { sensitive: true })
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The identity number as the creditor registered it; null when unknown or erased.' })
  nationalId?: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('EMPLOYMENT')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The employer; null when unknown or erased.' })
  employer?: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('CONTACT')
  @Vaulted()
  @Field(() => [String], { nullable: true, description: 'Phone numbers in use, the oldest first; null when erased.' })
  phones?: string[] | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('CONTACT')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The e-mail address in use that was added last; null when unknown or erased.' })
  email?: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('ADDRESS')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The postal address in use that was added last; null when unknown or erased.' })
  address?: string | null;

  /** Whose data the release gate decides about. Not a field of the schema. */
  subject!: Subject;

  /** The sealed values the field resolvers open. Not a field of the schema. */
  row!: BorrowerRow;
}

export function toBorrower(row: BorrowerRow): Borrower {
  return {
    id: row.id,
    creditor: { id: row.creditorId },
    registeredAt: row.registeredAt,
    subject: { creditorId: row.creditorId, borrowerId: row.id, debtId: null },
    row,
  };
}

export const BorrowerConnection = connectionOf('Borrower', () => Borrower, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

@InputType('RegisterBorrowerInput', { description: 'A borrower of your own creditor.' })
@Audience('INTERNAL')
export class RegisterBorrowerInput {
  @Field(() => String, { description: 'A text of your own: the same key and input give the same answer.' })
  clientKey!: string;

  @Field(() => String, { description: 'The full name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The identity number; kept sealed, found by a keyed index only.' })
  nationalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The employer.' })
  employer?: string | null;

  @Field(() => [ContactPointInput], { nullable: true, description: 'How the borrower can be reached, at most 20; each with its lawful source.' })
  contactPoints?: ContactPointInput[] | null;
}

export const BorrowerRegistered = acceptedOf({
  name: 'BorrowerRegistered',
  description: 'The borrower was registered.',
  audiences: ['INTERNAL'],
  entity: 'borrower',
  type: () => Borrower,
});

export const RegisterBorrowerResult = resultOf({
  name: 'RegisterBorrowerResult',
  description: 'How a registration ended.',
  audiences: ['INTERNAL'],
  accepted: BorrowerRegistered,
});
