/** Answers for regulators' mandates, and runs their commands. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage, type SortKey } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadCreditor } from './creditor.loader';
import { Creditor } from './creditor.type';
import { endSupervisionMandate, grantSupervisionMandate } from './supervision-mandate.command';
import { supervisionMandateRepository } from './supervision-mandate.repository';
import type { SupervisionMandateRow } from './supervision-mandate.row';
import {
  EndSupervisionMandateInput,
  GrantSupervisionMandateInput,
  SupervisionMandate,
  SupervisionMandateConnection,
  SupervisionMandateResult,
  toSupervisionMandate,
} from './supervision-mandate.type';

export const MANDATE_SORT = 'supervisionMandates:grantedAt,id';
export const mandateKey = ({ grantedAt, id }: SupervisionMandateRow): SortKey => [grantedAt.toISOString(), id];

type Answer = (Accepted & { supervisionMandate: SupervisionMandate }) | Refusal;

export async function loadSupervisionMandate(context: RoomContext, id: string): Promise<SupervisionMandate | null> {
  const row = await context.loader('supervisionMandates', (transaction, ids: readonly string[]) => supervisionMandateRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toSupervisionMandate(row, (await context.read()).now);
}

@Resolver(() => SupervisionMandate)
export class SupervisionMandateResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @Query(() => SupervisionMandate, { nullable: true, description: 'One mandate, or null when there is none in your scope.' })
  supervisionMandate(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<SupervisionMandate | null> {
    return loadSupervisionMandate(context, id);
  }

  @Audience('INTERNAL', 'REGULATOR')
  @Query(() => SupervisionMandateConnection, { description: 'The mandates in your scope, oldest first; a regulator sees its own.' })
  async supervisionMandates(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<SupervisionMandate>> {
    const page = openPage(args, { audience: context.actor.audience, sort: MANDATE_SORT });
    const transaction = await context.read();
    const rows = await supervisionMandateRepository.page(context.actor, transaction, page);
    return connectionFrom(page, rows, mandateKey, (row) => toSupervisionMandate(row, transaction.now));
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => Creditor, { nullable: true, description: 'Whom it reaches; null when out of your scope.' })
  creditor(@Root() mandate: SupervisionMandate, @Ctx() context: RoomContext): Promise<Creditor | null> {
    return loadCreditor(context, mandate.creditorId);
  }

  @Audience('INTERNAL')
  @Mutation(() => SupervisionMandateResult, { description: 'Records that a regulator supervises you, which opens your records to it. Needs `mandates:write`.' })
  async grantSupervisionMandate(
    @Arg('input', () => GrantSupervisionMandateInput, { description: 'Which regulator supervises, on which basis, and for how long.' }) input: GrantSupervisionMandateInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await grantSupervisionMandate(context, input), 'supervisionMandate', (id) => loadSupervisionMandate(context, id));
  }

  @Audience('INTERNAL')
  @Mutation(() => SupervisionMandateResult, { description: 'Ends a mandate at once, exactly at the ledger. Needs `mandates:write`.' })
  async endSupervisionMandate(
    @Arg('input', () => EndSupervisionMandateInput, { description: 'Which mandate to end, and why.' }) input: EndSupervisionMandateInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await endSupervisionMandate(context, input), 'supervisionMandate', (id) => loadSupervisionMandate(context, id));
  }
}
