/**
 * The interface of everything that has a global id, and which type an id stands for. Answers by the id alone: whether
 * the entity exists, and whether the caller may see it, is decided by the room that owns it.
 */
import { Field, ID, InterfaceType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from './audience';
import { idPrefix, type IdPrefix } from './ids';

/** null: not shown as an entity of its own; `node` answers null. A person is shown to nobody: it would link the records of several creditors. */
export const NODE_TYPES: Readonly<Record<IdPrefix, string | null>> = {
  creditor: 'Creditor',
  authority: 'StaffAuthority',
  mandate: 'SupervisionMandate',
  agreement: 'EntrustmentAgreement',
  debt: 'Debt',
  determination: 'AmountDetermination',
  placement: 'Placement',
  grant: 'Grant',
  payment: 'Payment',
  batch: null,
  agency: 'Agency',
  licence: 'Licence',
  engagement: 'Engagement',
  borrower: 'Borrower',
  person: null,
  contact: 'ContactPoint',
  hold: 'LegalHold',
  event: 'LedgerEntry',
  export: 'Export',
  regulator: null,
};

/** The GraphQL type of the entity an id stands for, or null. */
export function nodeTypeOf(id: string): string | null {
  const prefix = idPrefix(id);
  return prefix === null ? null : NODE_TYPES[prefix];
}

@InterfaceType('Node', {
  description: 'Anything with a global id.',
  autoRegisterImplementations: false,
  resolveType: (value: { id: string }) => nodeTypeOf(value.id) ?? undefined,
})
@Audience(...EVERY_AUDIENCE)
export abstract class Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The global id.' })
  id!: string;
}
