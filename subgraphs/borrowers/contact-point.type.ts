/** How a ContactPoint is shown: where it came from beside what it is, since a number without a lawful source may not be used. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Subject } from '../../kernel/rights/right';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { Personal, Vaulted } from '../../schema/personal';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { ContactKind, ContactSource, ContactStatus } from './contact-point';
import type { ContactPointRow } from './contact-point.row';

export const ContactKindWord: { readonly [K in ContactKind]: K } = declareEnum(
  { PHONE: 'PHONE', EMAIL: 'EMAIL', ADDRESS: 'ADDRESS' },
  {
    name: 'ContactKind',
    description: 'By which means a contact point reaches somebody.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: { PHONE: 'A phone number.', EMAIL: 'An e-mail address.', ADDRESS: 'A postal address.' },
  },
);

export const ContactSourceWord: { readonly [S in ContactSource]: S } = declareEnum(
  {
    CONTRACT: 'CONTRACT',
    RESERVED_INFORMATION: 'RESERVED_INFORMATION',
    DEBTOR_AUTHORISATION: 'DEBTOR_AUTHORISATION',
    PUBLIC_CHANNEL: 'PUBLIC_CHANNEL',
    RESERVED_CONTACT: 'RESERVED_CONTACT',
    AUTHORISED_QUERY: 'AUTHORISED_QUERY',
  },
  {
    name: 'ContactSource',
    description: 'The six lawful sources of contact data.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: {
      CONTRACT: 'Named in the loan contract.',
      RESERVED_INFORMATION: 'Left with the creditor by the borrower.',
      DEBTOR_AUTHORISATION: 'Given or authorised by the borrower.',
      PUBLIC_CHANNEL: 'Found through a lawful public channel.',
      RESERVED_CONTACT: 'Told by a contact whom the borrower had named.',
      AUTHORISED_QUERY: 'Answered by a credit bureau or a like body to an authorised query.',
    },
  },
);

export const ContactStatusWord: { readonly [S in ContactStatus]: S } = declareEnum(
  { ACTIVE: 'ACTIVE', WITHDRAWN: 'WITHDRAWN' },
  {
    name: 'ContactStatus',
    description: 'Whether a contact point may be used.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: { ACTIVE: 'In use.', WITHDRAWN: 'Not to be used: the right it was added under had ended.' },
  },
);

@ObjectType('ContactPoint', { implements: Node, description: 'One way to reach a borrower, and how it became known.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class ContactPoint implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ContactKindWord, { description: 'By which means it reaches the borrower.' })
  kind!: ContactKind;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ContactSourceWord, { description: 'From which lawful source it is known.' })
  source!: ContactSource;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ContactStatusWord, { description: 'Whether it may be used.' })
  status!: ContactStatus;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was added.' })
  addedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('CONTACT')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The phone number or e-mail address; null for a postal address, or when erased.' })
  value?: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('ADDRESS')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'The postal address; null for any other kind, or when erased.' })
  address?: string | null;

  /** Whose data the release gate decides about. Not a field of the schema. */
  subject!: Subject;

  /** The sealed value the field resolvers open. Not a field of the schema. */
  row!: ContactPointRow;
}

export function toContactPoint(row: ContactPointRow): ContactPoint {
  const { id, kind, source, status, addedAt } = row;
  return { id, kind, source, status, addedAt, subject: { creditorId: row.creditorId, borrowerId: row.borrowerId, debtId: null }, row };
}

export const ContactPointConnection = connectionOf('ContactPoint', () => ContactPoint, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

@InputType('ContactPointInput', { description: 'One way to reach a borrower, and how it became known.' })
@Audience('INTERNAL')
export class ContactPointInput {
  @Field(() => ContactKindWord, { description: 'By which means it reaches the borrower.' })
  kind!: ContactKind;

  @Field(() => String, { description: 'The phone number, e-mail address or postal address.' })
  value!: string;

  @Field(() => ContactSourceWord, { description: 'From which lawful source it is known.' })
  source!: ContactSource;
}

@InputType('AddContactPointInput', { description: 'A contact point of a borrower you may see.' })
@Audience('INTERNAL', 'PARTNER')
export class AddContactPointInput {
  @Field(() => String, { description: 'A text of your own: the same key and input give the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'Whose contact point it is.' })
  borrowerId!: string;

  @Field(() => ContactKindWord, { description: 'By which means it reaches the borrower.' })
  kind!: ContactKind;

  @Field(() => String, { description: 'The phone number, e-mail address or postal address.' })
  value!: string;

  @Field(() => ContactSourceWord, { description: 'From which lawful source it is known.' })
  source!: ContactSource;
}

export const ContactPointAdded = acceptedOf({
  name: 'ContactPointAdded',
  description: 'The contact point was added.',
  audiences: ['INTERNAL', 'PARTNER'],
  entity: 'contactPoint',
  type: () => ContactPoint,
});

export const AddContactPointResult = resultOf({
  name: 'AddContactPointResult',
  description: 'How adding a contact point ended.',
  audiences: ['INTERNAL', 'PARTNER'],
  accepted: ContactPointAdded,
});
