/**
 * Answers for Borrowers: one by id or identity number, lists in scope, their own records for borrowers, registration.
 * Opens a sealed value only for a field that was asked for; the kernel's gate stands in front of each of those.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, rowsOfPage, type Connection } from '../../schema/connection';
import { InputError } from '../../schema/input-error';
import { ConnectionArgs, openPage } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { holdGeneration } from './blind-fence';
import { EMPLOYER_BINDING, NAME_BINDING, nationalIdIndex, NATIONAL_ID_BINDING, normaliseNationalId } from './borrower';
import { registerBorrower } from './borrower.command';
import { findByNationalId, loadBorrower, loadPageOfCreditor, readPageInScope } from './borrower.repository';
import { Borrower, BorrowerConnection, RegisterBorrowerInput, RegisterBorrowerResult, toBorrower } from './borrower.type';
import { contactBinding, type ContactKind } from './contact-point';
import { loadContactPoints } from './contact-point.repository';
import { ContactPointConnection, toContactPoint, type ContactPoint } from './contact-point.type';
import { CreditorStub } from './creditor.type';

const SORT = 'borrowers:id';

@Resolver(() => Borrower)
export class BorrowerResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => Borrower, { nullable: true, description: 'One borrower, or null when there is none in your scope.' })
  async borrower(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Borrower | null> {
    const row = await loadBorrower(context, id);
    return row === null ? null : toBorrower(row);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => BorrowerConnection, { description: 'The borrowers in your scope.' })
  async borrowers(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Borrower>> {
    const page = openPage(args, { audience: context.actor.audience, sort: SORT });
    return connectionFrom(page, await readPageInScope(context, page), (row) => [row.id], toBorrower);
  }

  @Audience('BORROWER')
  @Query(() => BorrowerConnection, { description: 'You, as each of your creditors knows you.' })
  async myRecords(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Borrower>> {
    const page = openPage(args, { audience: context.actor.audience, sort: SORT });
    return connectionFrom(page, await readPageInScope(context, page), (row) => [row.id], toBorrower);
  }

  /** That a number belongs to a borrower is identity data: released and recorded like the number itself. */
  @Audience('INTERNAL')
  @Query(() => Borrower, { nullable: true, description: 'The borrower of your creditor with this identity number, or null. Pass the number as a variable.' })
  async borrowerByNationalId(
    @Arg('nationalId', () => String, { description: 'The identity number; case and separators do not matter.' }) nationalId: string,
    @Ctx() context: RoomContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Borrower | null> {
    const number = normaliseNationalId(nationalId);
    if (number === null) throw new InputError('nationalId', 'This is not an identity number.');
    const { release, actor } = context;
    // Decided before looking, on the creditor alone, so that the refusal does not tell whether somebody was found.
    await release.permit({ creditorId: actor.org, borrowerId: '', debtId: null }, 'IDENTITY');
    const { keyStore } = context.services;
    const transaction = await context.read();
    await holdGeneration(transaction, keyStore);
    const row = await findByNationalId(transaction, actor.org, keyStore.blind(nationalIdIndex(actor.org), number));
    if (row === null) return null;
    const borrower = toBorrower(row);
    const right = await release.permit(borrower.subject, 'IDENTITY');
    release.note(borrower.subject, right, { category: 'IDENTITY', coordinate: 'Query.borrowerByNationalId', path: info.path });
    return borrower;
  }

  @Audience('INTERNAL')
  @Mutation(() => RegisterBorrowerResult, { description: 'Registers a borrower of your own creditor.' })
  async registerBorrower(
    @Arg('input', () => RegisterBorrowerInput, { description: 'Who it is and how to reach them.' }) input: RegisterBorrowerInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { borrower: Borrower }) | Refusal> {
    const outcome = await registerBorrower(context, input);
    if (!outcome.accepted) return outcome.refusal;
    const row = await loadBorrower(context, outcome.id);
    return { borrower: toBorrower(row!), ledgerIndex: outcome.ledgerIndex, pending: outcome.pending };
  }

  @FieldResolver()
  name(@Root() { id, row }: Borrower, @Ctx() context: RoomContext): Promise<string | null> {
    return context.openVaulted(id, NAME_BINDING, row.name);
  }

  @FieldResolver()
  nationalId(@Root() { id, row }: Borrower, @Ctx() context: RoomContext): Promise<string | null> {
    return context.openVaulted(id, NATIONAL_ID_BINDING, row.nationalId);
  }

  @FieldResolver()
  employer(@Root() { id, row }: Borrower, @Ctx() context: RoomContext): Promise<string | null> {
    return context.openVaulted(id, EMPLOYER_BINDING, row.employer);
  }

  @FieldResolver()
  async phones(@Root() { id, row }: Borrower, @Ctx() context: RoomContext): Promise<string[] | null> {
    return row.erasedAt !== null ? null : openActive(context, id, 'PHONE');
  }

  @FieldResolver()
  async email(@Root() { id }: Borrower, @Ctx() context: RoomContext): Promise<string | null> {
    return (await openActive(context, id, 'EMAIL')).at(-1) ?? null;
  }

  @FieldResolver()
  async address(@Root() { id }: Borrower, @Ctx() context: RoomContext): Promise<string | null> {
    return (await openActive(context, id, 'ADDRESS')).at(-1) ?? null;
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => ContactPointConnection, { description: 'Every way to reach the borrower that was ever recorded, the oldest first.' })
  async contactPoints(@Root() { id }: Borrower, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<ContactPoint>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'contactPoints:addedAt,id' });
    const keyOf = (row: { addedAt: Date; id: string }) => [row.addedAt.toISOString(), row.id];
    return connectionFrom(page, rowsOfPage(page, await loadContactPoints(context, id), keyOf), keyOf, toContactPoint);
  }
}

async function openActive(context: RoomContext, borrowerId: string, kind: ContactKind): Promise<string[]> {
  const points = (await loadContactPoints(context, borrowerId)).filter((point) => point.kind === kind && point.status === 'ACTIVE');
  const values = await Promise.all(points.map((point) => context.openVaulted(borrowerId, contactBinding(point.id), point.value)));
  return values.filter((value) => value !== null);
}

@Resolver(() => CreditorStub)
export class CreditorBorrowersResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => BorrowerConnection, { description: "The creditor's borrowers in your scope." })
  async borrowers(@Root() creditor: CreditorStub, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Borrower>> {
    const page = openPage(args, { audience: context.actor.audience, sort: SORT });
    return connectionFrom(page, await loadPageOfCreditor(context, creditor.id, page), (row) => [row.id], toBorrower);
  }
}
