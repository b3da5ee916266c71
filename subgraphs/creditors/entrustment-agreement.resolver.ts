/** Answers for entrustment agreements, and runs their commands. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage, type SortKey } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadCreditor } from './creditor.loader';
import { AgencyStub, Creditor } from './creditor.type';
import { signAgreement, terminateAgreement } from './entrustment-agreement.command';
import { entrustmentAgreementRepository } from './entrustment-agreement.repository';
import type { EntrustmentAgreementRow } from './entrustment-agreement.row';
import {
  SignAgreementInput,
  TerminateAgreementInput,
  EntrustmentAgreement,
  EntrustmentAgreementConnection,
  EntrustmentAgreementResult,
  toEntrustmentAgreement,
} from './entrustment-agreement.type';

export const AGREEMENT_SORT = 'entrustmentAgreements:signedAt,id';
export const agreementKey = ({ signedAt, id }: EntrustmentAgreementRow): SortKey => [signedAt.toISOString(), id];

type Answer = (Accepted & { entrustmentAgreement: EntrustmentAgreement }) | Refusal;

export async function loadEntrustmentAgreement(context: RoomContext, id: string): Promise<EntrustmentAgreement | null> {
  const row = await context.loader('entrustmentAgreements', (transaction, ids: readonly string[]) => entrustmentAgreementRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toEntrustmentAgreement(row, (await context.read()).now);
}

@Resolver(() => EntrustmentAgreement)
export class EntrustmentAgreementResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => EntrustmentAgreement, { nullable: true, description: 'One agreement, or null when there is none in your scope.' })
  entrustmentAgreement(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<EntrustmentAgreement | null> {
    return loadEntrustmentAgreement(context, id);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => EntrustmentAgreementConnection, { description: 'The agreements in your scope, oldest first; an agency sees its own.' })
  async entrustmentAgreements(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<EntrustmentAgreement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: AGREEMENT_SORT });
    const transaction = await context.read();
    const rows = await entrustmentAgreementRepository.page(context.actor, transaction, page);
    return connectionFrom(page, rows, agreementKey, (row) => toEntrustmentAgreement(row, transaction.now));
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => Creditor, { nullable: true, description: 'Who entrusts; null when out of your scope.' })
  creditor(@Root() agreement: EntrustmentAgreement, @Ctx() context: RoomContext): Promise<Creditor | null> {
    return loadCreditor(context, agreement.creditorId);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => AgencyStub, { description: 'Who is entrusted.' })
  agency(@Root() agreement: EntrustmentAgreement): AgencyStub {
    return { id: agreement.agencyId };
  }

  @Audience('INTERNAL')
  @Mutation(() => EntrustmentAgreementResult, { description: 'Records a signed agreement with an agency. Needs `agreements:write`.' })
  async signAgreement(
    @Arg('input', () => SignAgreementInput, { description: 'The terms of the signed document.' }) input: SignAgreementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await signAgreement(context, input), 'entrustmentAgreement', (id) => loadEntrustmentAgreement(context, id));
  }

  @Audience('INTERNAL')
  @Mutation(() => EntrustmentAgreementResult, { description: 'Ends an agreement at once: nothing can be placed under it any more. Needs `agreements:write`.' })
  async terminateAgreement(
    @Arg('input', () => TerminateAgreementInput, { description: 'Which agreement to terminate, and why.' }) input: TerminateAgreementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await terminateAgreement(context, input), 'entrustmentAgreement', (id) => loadEntrustmentAgreement(context, id));
  }
}
