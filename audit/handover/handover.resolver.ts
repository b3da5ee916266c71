/** Takes the receipts of agencies. What they may acknowledge is listed by `reconciliation`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import type { Accepted, Refusal } from '../../schema/refusal';
import { acknowledgeHandovers } from './handover.command';
import { readShare } from './handover.repository';
import { AcknowledgeHandoversInput, Handover, HandoverResult, toHandover } from './handover.type';

type Answer = (Accepted & { handover: Handover }) | Refusal;

async function loadHandover(context: RoomContext, id: string): Promise<Handover | null> {
  const transaction = await context.read();
  const row = await readShare(transaction, Number(id));
  return row === null ? null : toHandover(row, transaction.now);
}

@Resolver(() => Handover)
export class HandoverResolver {
  @Audience('PARTNER')
  @Mutation(() => [HandoverResult], { description: 'Acknowledges up to 100 handovers; one answer for each, in the order they were named. Needs `placements:write`.' })
  async acknowledgeHandovers(
    @Arg('input', () => AcknowledgeHandoversInput, { description: 'The handovers, and a signature over each.' }) input: AcknowledgeHandoversInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer[]> {
    const outcomes = await acknowledgeHandovers(context, input);
    return Promise.all(outcomes.map((outcome) => answerCommand(outcome, 'handover', (id) => loadHandover(context, id))));
  }
}
