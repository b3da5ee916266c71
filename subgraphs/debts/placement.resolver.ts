/** The root fields, steps and relations of placements, and the list of placements this room adds to agencies. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import { Refusal, type Accepted } from '../../schema/refusal';
import { entityAfter } from './command-answer';
import { loadDebt } from './debt.repository';
import { Debt, toDebt } from './debt.type';
import { AgencyStub } from './party.type';
import { proposePlacements } from './placement.bulk';
import { acceptPlacement, closePlacement, proposePlacement, recallPlacement, rejectPlacement, requestRecall } from './placement.command';
import { AnswerPlacementInput, EndPlacementInput, ProposePlacementInput, ProposePlacementsInput, RejectPlacementInput } from './placement.input';
import { loadGrant, loadPlacement, pageOfPlacements, PLACEMENT_SORT, placementKey } from './placement.repository';
import { Grant, Placement, PlacementConnection, PlacementResult, toPlacement } from './placement.type';

export type StepAnswer = (Accepted & { placement: Placement }) | Refusal;

export function answerStep(context: RoomContext, outcome: CommandOutcome): Promise<StepAnswer> {
  return entityAfter(outcome, 'placement', async (id) => {
    const row = await loadPlacement(context, id);
    return row === null ? null : toPlacement(row);
  });
}

@Resolver(() => Placement)
export class PlacementResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => Placement, { nullable: true, description: 'One placement, or null when there is none in your scope.' })
  async placement(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Placement | null> {
    const row = await loadPlacement(context, id);
    return row === null ? null : toPlacement(row);
  }

  @Audience('INTERNAL')
  @Mutation(() => PlacementResult, { description: 'Proposes to entrust a debt to an agency.' })
  async proposePlacement(
    @Arg('input', () => ProposePlacementInput, { description: 'The debt, the agency and the terms.' }) input: ProposePlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await proposePlacement(context, input.clientKey, input, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => [PlacementResult], { description: 'Proposes to entrust up to 100 debts to an agency; one answer for each debt, in the order they were named.' })
  async proposePlacements(
    @Arg('input', () => ProposePlacementsInput, { description: 'The debts, the agency and the terms.' }) input: ProposePlacementsInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer[]> {
    const outcomes = await proposePlacements(context, input);
    return Promise.all(outcomes.map((outcome) => answerStep(context, outcome)));
  }

  @Audience('PARTNER')
  @Mutation(() => PlacementResult, { description: 'Accepts a placement for your agency. Its grant opens with this.' })
  async acceptPlacement(
    @Arg('input', () => AnswerPlacementInput, { description: 'The placement.' }) input: AnswerPlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await acceptPlacement(context, input));
  }

  @Audience('PARTNER')
  @Mutation(() => PlacementResult, { description: 'Rejects a placement for your agency.' })
  async rejectPlacement(
    @Arg('input', () => RejectPlacementInput, { description: 'The placement, and why.' }) input: RejectPlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await rejectPlacement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => PlacementResult, { description: 'Asks an agency to wind up a placement; it keeps its access until the recall.' })
  async requestRecall(
    @Arg('input', () => EndPlacementInput, { description: 'The placement, and why.' }) input: EndPlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await requestRecall(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => PlacementResult, { description: 'Recalls a placement. Access ends with the ledger entry of this.' })
  async recallPlacement(
    @Arg('input', () => EndPlacementInput, { description: 'The placement, and why.' }) input: EndPlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await recallPlacement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => PlacementResult, { description: 'Closes a placement that has done its work, or withdraws one not yet answered. Access ends with this.' })
  async closePlacement(
    @Arg('input', () => EndPlacementInput, { description: 'The placement, and why.' }) input: EndPlacementInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await closePlacement(context, input));
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => Debt, { nullable: true, description: 'The debt; null while it is not in your scope, as for an agency without an open grant.' })
  async debt(@Root() placement: Placement, @Ctx() context: RoomContext): Promise<Debt | null> {
    const row = await loadDebt(context, placement.debtId);
    return row === null ? null : toDebt(row);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => Grant, { nullable: true, description: 'What the agency was granted; null until the ledger has it.' })
  async grant(@Root() placement: Placement, @Ctx() context: RoomContext): Promise<Grant | null> {
    return placement.grantId === null ? null : loadGrant(context, placement.grantId);
  }
}

@Resolver(() => AgencyStub)
export class AgencyPlacementsResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => PlacementConnection, { description: 'The placements with this agency that are in your scope, oldest first.' })
  async placements(@Root() agency: AgencyStub, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Placement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: PLACEMENT_SORT });
    return connectionFrom(page, await pageOfPlacements(context, 'agency_id', agency.id, page), placementKey, toPlacement);
  }
}
