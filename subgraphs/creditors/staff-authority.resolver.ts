/** Answers for the authority of staff, and runs its commands. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage, type SortKey } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadCreditor } from './creditor.loader';
import { Creditor } from './creditor.type';
import { grantStaffAuthority, revokeStaffAuthority } from './staff-authority.command';
import { staffAuthorityRepository } from './staff-authority.repository';
import type { StaffAuthorityRow } from './staff-authority.row';
import {
  GrantStaffAuthorityInput,
  RevokeStaffAuthorityInput,
  StaffAuthority,
  StaffAuthorityConnection,
  StaffAuthorityResult,
  toStaffAuthority,
} from './staff-authority.type';

export const AUTHORITY_SORT = 'staffAuthorities:grantedAt,id';
export const authorityKey = ({ grantedAt, id }: StaffAuthorityRow): SortKey => [grantedAt.toISOString(), id];

type Answer = (Accepted & { staffAuthority: StaffAuthority }) | Refusal;

export async function loadStaffAuthority(context: RoomContext, id: string): Promise<StaffAuthority | null> {
  const row = await context.loader('staffAuthorities', (transaction, ids: readonly string[]) => staffAuthorityRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toStaffAuthority(row, (await context.read()).now);
}

@Resolver(() => StaffAuthority)
export class StaffAuthorityResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @Query(() => StaffAuthority, { nullable: true, description: 'One authority of staff, or null when there is none in your scope.' })
  staffAuthority(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<StaffAuthority | null> {
    return loadStaffAuthority(context, id);
  }

  @Audience('INTERNAL', 'REGULATOR')
  @Query(() => StaffAuthorityConnection, { description: 'The authorities of staff in your scope, oldest first.' })
  async staffAuthorities(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<StaffAuthority>> {
    const page = openPage(args, { audience: context.actor.audience, sort: AUTHORITY_SORT });
    const transaction = await context.read();
    const rows = await staffAuthorityRepository.page(context.actor, transaction, page);
    return connectionFrom(page, rows, authorityKey, (row) => toStaffAuthority(row, transaction.now));
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => Creditor, { nullable: true, description: 'Whose staff it is for; null when out of your scope.' })
  creditor(@Root() authority: StaffAuthority, @Ctx() context: RoomContext): Promise<Creditor | null> {
    return loadCreditor(context, authority.creditorId);
  }

  @Audience('INTERNAL')
  @Mutation(() => StaffAuthorityResult, { description: 'Entrusts a member of your staff with scopes, or with personal data for purposes. Needs `authorities:write`.' })
  async grantStaffAuthority(
    @Arg('input', () => GrantStaffAuthorityInput, { description: 'Whom to entrust with what, and for how long.' }) input: GrantStaffAuthorityInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await grantStaffAuthority(context, input), 'staffAuthority', (id) => loadStaffAuthority(context, id));
  }

  @Audience('INTERNAL')
  @Mutation(() => StaffAuthorityResult, { description: 'Ends an authority at once, exactly at the ledger. Needs `authorities:write`.' })
  async revokeStaffAuthority(
    @Arg('input', () => RevokeStaffAuthorityInput, { description: 'Which authority to revoke, and why.' }) input: RevokeStaffAuthorityInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answerCommand(await revokeStaffAuthority(context, input), 'staffAuthority', (id) => loadStaffAuthority(context, id));
  }
}
