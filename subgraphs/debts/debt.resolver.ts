/** The root fields and relations of debts, and the lists of debts this room adds to creditors and borrowers. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import { Refusal, type Accepted } from '../../schema/refusal';
import { entityAfter } from './command-answer';
import { registerDebt } from './debt.command';
import { DEBT_SORT, debtKey, loadDebt, pageOfDebts, pageOfParent } from './debt.repository';
import { Debt, DebtConnection, RegisterDebtInput, RegisterDebtResult, toDebt } from './debt.type';
import { DETERMINATION_SORT, determinationKey, loadDetermination, pageOfDeterminations } from './determination.repository';
import { AmountDetermination, DeterminationConnection, toDetermination } from './determination.type';
import { BorrowerStub, CreditorStub } from './party.type';
import { PAYMENT_SORT, paymentKey, pageOfPayments } from './payment.repository';
import { Payment, PaymentConnection, toPayment } from './payment.type';
import { pageOfPlacements, PLACEMENT_SORT, placementKey } from './placement.repository';
import { Placement, PlacementConnection, toPlacement } from './placement.type';

@Resolver(() => Debt)
export class DebtResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => Debt, { nullable: true, description: 'One debt, or null when there is none in your scope.' })
  async debt(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Debt | null> {
    const row = await loadDebt(context, id);
    return row === null ? null : toDebt(row);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => DebtConnection, { description: "The debts in your scope: your creditor's, those placed with your agency, those you supervise, or your own." })
  async debts(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Audience('INTERNAL', 'REGULATOR')
    @Arg('creditorId', () => ID, { nullable: true, description: 'Only debts of this creditor.' })
    creditorId: string | null | undefined,
    @Ctx() context: RoomContext,
  ): Promise<Connection<Debt>> {
    const page = openPage(args, { audience: context.actor.audience, sort: DEBT_SORT });
    return connectionFrom(page, await pageOfDebts(context, page, creditorId ?? null), debtKey, toDebt);
  }

  @Audience('INTERNAL')
  @Mutation(() => RegisterDebtResult, { description: 'Registers a debt of one of your borrowers.' })
  async registerDebt(
    @Arg('input', () => RegisterDebtInput, { description: 'The debt.' }) input: RegisterDebtInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { debt: Debt }) | Refusal> {
    return entityAfter(await registerDebt(context, input), 'debt', async (id) => {
      const row = await loadDebt(context, id);
      return row === null ? null : toDebt(row);
    });
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => AmountDetermination, { nullable: true, description: 'The determination of the amount that is current, if there is one.' })
  async determination(@Root() debt: Debt, @Ctx() context: RoomContext): Promise<AmountDetermination | null> {
    const row = debt.determinationId === null ? null : await loadDetermination(context, debt.determinationId);
    return row === null ? null : toDetermination(row);
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => DeterminationConnection, { description: 'Every determination of the amount, oldest first.' })
  async determinations(@Root() debt: Debt, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<AmountDetermination>> {
    const page = openPage(args, { audience: context.actor.audience, sort: DETERMINATION_SORT });
    return connectionFrom(page, await pageOfDeterminations(context, debt.id, page), determinationKey, toDetermination);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => PaymentConnection, { description: 'The payments received on the debt, oldest first.' })
  async payments(@Root() debt: Debt, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Payment>> {
    const page = openPage(args, { audience: context.actor.audience, sort: PAYMENT_SORT });
    return connectionFrom(page, await pageOfPayments(context, debt.id, page), paymentKey, toPayment);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => PlacementConnection, { description: 'The placements of the debt you may see, oldest first.' })
  async placements(@Root() debt: Debt, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Placement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: PLACEMENT_SORT });
    return connectionFrom(page, await pageOfPlacements(context, 'debt_id', debt.id, page), placementKey, toPlacement);
  }
}

@Resolver(() => CreditorStub)
export class CreditorDebtsResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => DebtConnection, { description: 'The debts of this creditor that are in your scope.' })
  async debts(@Root() creditor: CreditorStub, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Debt>> {
    const page = openPage(args, { audience: context.actor.audience, sort: DEBT_SORT });
    return connectionFrom(page, await pageOfParent(context, 'creditor_id', creditor.id, page), debtKey, toDebt);
  }
}

@Resolver(() => BorrowerStub)
export class BorrowerDebtsResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => DebtConnection, { description: 'The debts of this borrower that are in your scope.' })
  async debts(@Root() borrower: BorrowerStub, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Debt>> {
    const page = openPage(args, { audience: context.actor.audience, sort: DEBT_SORT });
    return connectionFrom(page, await pageOfParent(context, 'borrower_id', borrower.id, page), debtKey, toDebt);
  }
}
