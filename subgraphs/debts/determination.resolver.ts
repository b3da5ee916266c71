/** The mutation that determines an amount. Determinations are read through their debts. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { Refusal, type Accepted } from '../../schema/refusal';
import { entityAfter } from './command-answer';
import { determineAmount } from './determination.command';
import { loadDetermination } from './determination.repository';
import { AmountDetermination, DetermineAmountInput, DetermineAmountResult, toDetermination } from './determination.type';

@Resolver(() => AmountDetermination)
export class DeterminationResolver {
  @Audience('INTERNAL')
  @Mutation(() => DetermineAmountResult, { description: 'Determines what is owed on a debt as of a day. A later determination supersedes an earlier one.' })
  async determineAmount(
    @Arg('input', () => DetermineAmountInput, { description: 'The amount and what it was determined from.' }) input: DetermineAmountInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { determination: AmountDetermination }) | Refusal> {
    return entityAfter(await determineAmount(context, input), 'determination', async (id) => {
      const row = await loadDetermination(context, id);
      return row === null ? null : toDetermination(row);
    });
  }
}
