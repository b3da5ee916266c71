/** Answers whether and how far a borrower is erased, and takes the order to erase him. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadBorrower } from './borrower.repository';
import { Borrower, toBorrower } from './borrower.type';
import { eraseBorrower } from './erasure.command';
import { loadErasure } from './erasure.repository';
import { EraseBorrowerInput, EraseBorrowerResult, Erasure, toErasure } from './erasure.type';

@Resolver(() => Borrower)
export class ErasureResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => Erasure, { nullable: true, description: 'The erasure of this borrower, if one was ordered: once it is carried out, every vaulted field is null.' })
  async erasure(@Root() { id }: Borrower, @Ctx() context: RoomContext): Promise<Erasure | null> {
    const row = await loadErasure(context, id);
    return row === null ? null : toErasure(row, (await context.read()).now);
  }

  @Audience('INTERNAL')
  @Mutation(() => EraseBorrowerResult, {
    description: 'Erases the personal data of a borrower of your creditor for ever: his key is destroyed once the entry is in the ledger. Refused under a legal hold, while an agency holds a grant, and while a debt is open or its records have to be kept by law. Needs `erasures:write`.',
  })
  async eraseBorrower(
    @Arg('input', () => EraseBorrowerInput, { description: 'Whose personal data, and on which ground.' }) input: EraseBorrowerInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { borrower: Borrower }) | Refusal> {
    return answerCommand(await eraseBorrower(context, input), 'borrower', async (id) => {
      const row = await loadBorrower(context, id);
      return row === null ? null : toBorrower(row);
    });
  }
}
