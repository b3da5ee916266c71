/** Answers for ContactPoints and takes new ones in. Opens a value only for the field that belongs to its kind. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import type { Accepted, Refusal } from '../../schema/refusal';
import { contactBinding } from './contact-point';
import { addContactPoint, STALE_CONTACT_REFUSAL } from './contact-point.command';
import { loadContactPoint } from './contact-point.repository';
import { AddContactPointInput, AddContactPointResult, ContactPoint, toContactPoint } from './contact-point.type';

@Resolver(() => ContactPoint)
export class ContactPointResolver {
  @Audience('INTERNAL', 'PARTNER')
  @Mutation(() => AddContactPointResult, { description: 'Adds a contact point of a borrower you may see, with its lawful source.' })
  async addContactPoint(
    @Arg('input', () => AddContactPointInput, { description: 'Whose it is, what it is and where it is known from.' }) input: AddContactPointInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { contactPoint: ContactPoint }) | Refusal> {
    const outcome = await addContactPoint(context, input);
    if (!outcome.accepted) return outcome.refusal;
    const row = await loadContactPoint(context, outcome.id);
    // The right ended between decision and append: the agency may not even see the borrower any more.
    if (row === null || row.status === 'WITHDRAWN') return STALE_CONTACT_REFUSAL;
    return { contactPoint: toContactPoint(row), ledgerIndex: outcome.ledgerIndex, pending: outcome.pending };
  }

  @FieldResolver()
  value(@Root() { kind, row }: ContactPoint, @Ctx() context: RoomContext): Promise<string | null> {
    return kind === 'ADDRESS' ? Promise.resolve(null) : context.openVaulted(row.borrowerId, contactBinding(row.id), row.value);
  }

  @FieldResolver()
  address(@Root() { kind, row }: ContactPoint, @Ctx() context: RoomContext): Promise<string | null> {
    return kind === 'ADDRESS' ? context.openVaulted(row.borrowerId, contactBinding(row.id), row.value) : Promise.resolve(null);
  }
}
