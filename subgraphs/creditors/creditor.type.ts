/** How a creditor is shown, and what this room shows of an agency: its key, by which the agencies room answers the rest. */
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import type { CreditorRow } from './creditor.row';

@ObjectType('Creditor', { implements: Node, description: 'Who a debt is owed to: a bank or another lender. The tenant of the hub.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class Creditor implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The code that names it in mapping files and on command lines; stable and unique.' })
  code!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'Its registered name.' })
  name!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The country whose law binds it, by ISO 3166-1.' })
  jurisdiction!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it joined the hub.' })
  registeredAt!: Date;
}

export const CreditorConnection = connectionOf('Creditor', () => Creditor, EVERY_AUDIENCE);

@ObjectType('Agency', { description: 'A collection agency.' })
@Directive('@key(fields: "id", resolvable: false)')
@Audience(...EVERY_AUDIENCE)
export class AgencyStub {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}

export function toCreditor({ id, code, name, jurisdiction, registeredAt }: CreditorRow): Creditor {
  return { id, code, name, jurisdiction, registeredAt };
}
