/** Answers for legal holds, and places and lifts them. Shows them to staff and regulators of the creditor only. */
import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, rowsOfPage, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadBorrower } from './borrower.repository';
import { Borrower, toBorrower } from './borrower.type';
import { liftLegalHold, placeLegalHold } from './legal-hold.command';
import { loadLegalHold, loadLegalHolds } from './legal-hold.repository';
import { LegalHold, LegalHoldConnection, LegalHoldResult, LiftLegalHoldInput, PlaceLegalHoldInput, toLegalHold } from './legal-hold.type';

type Answer = (Accepted & { legalHold: LegalHold }) | Refusal;

async function shown(context: RoomContext, id: string): Promise<LegalHold | null> {
  const row = await loadLegalHold(context, id);
  return row === null ? null : toLegalHold(row);
}

@Resolver(() => LegalHold)
export class LegalHoldResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => Borrower, { nullable: true, description: 'Whose data is preserved.' })
  async borrower(@Root() hold: LegalHold, @Ctx() context: RoomContext): Promise<Borrower | null> {
    const row = await loadBorrower(context, hold.borrowerId);
    return row === null ? null : toBorrower(row);
  }

  @Audience('INTERNAL')
  @Mutation(() => LegalHoldResult, { description: 'Places a legal hold on a borrower of your creditor: until it is lifted he cannot be erased. Needs `holds:write`.' })
  async placeLegalHold(@Arg('input', () => PlaceLegalHoldInput, { description: 'Whose data, and why.' }) input: PlaceLegalHoldInput, @Ctx() context: RoomContext): Promise<Answer> {
    return answerCommand(await placeLegalHold(context, input), 'legalHold', (id) => shown(context, id));
  }

  @Audience('INTERNAL')
  @Mutation(() => LegalHoldResult, { description: 'Lifts a legal hold of your creditor. Others on the same borrower go on standing. Needs `holds:write`.' })
  async liftLegalHold(@Arg('input', () => LiftLegalHoldInput, { description: 'Which hold.' }) input: LiftLegalHoldInput, @Ctx() context: RoomContext): Promise<Answer> {
    return answerCommand(await liftLegalHold(context, input), 'legalHold', (id) => shown(context, id));
  }
}

@Resolver(() => Borrower)
export class BorrowerHoldsResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => LegalHoldConnection, { description: 'Every legal hold ever placed on the borrower, the oldest first.' })
  async legalHolds(@Root() { id }: Borrower, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<LegalHold>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'legalHolds:placedAt,id' });
    const keyOf = (row: { placedAt: Date; id: string }) => [row.placedAt.toISOString(), row.id];
    return connectionFrom(page, rowsOfPage(page, await loadLegalHolds(context, id), keyOf), keyOf, toLegalHold);
  }
}
