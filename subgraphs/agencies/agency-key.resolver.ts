/** Answers for the keys of agencies and runs the commands by which an agency registers and revokes them. */
import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { registerAgencyKey, revokeAgencyKey } from './agency-key.command';
import { agencyKeyRepository } from './agency-key.repository';
import { AgencyKeyConnection, AgencyKeyResult, RegisterAgencyKeyInput, RevokeAgencyKeyInput, toAgencyKey, type AgencyKey } from './agency-key.type';
import { Agency } from './agency.type';

type Answer = (Accepted & { agencyKey: AgencyKey }) | Refusal;

function answer(context: RoomContext, outcome: CommandOutcome): Promise<Answer> {
  return answerCommand(outcome, 'agencyKey', async (thumbprint) => {
    const [row] = await agencyKeyRepository.byThumbprints(await context.read(), [thumbprint]);
    return row === null || row === undefined ? null : toAgencyKey(row);
  });
}

@Resolver(() => Agency)
export class AgencyKeyResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => AgencyKeyConnection, { description: 'The keys it signs with, oldest first, revoked ones too.' })
  async keys(@Root() agency: Agency, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<AgencyKey>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'agencyKeys:registeredAt,thumbprint' });
    const pages = context.loader(`agency.keys ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) => agencyKeyRepository.pageOfAgencies(transaction, ids, page));
    return connectionFrom(page, await pages.load(agency.id), ({ registeredAt, thumbprint }) => [registeredAt.toISOString(), thumbprint], toAgencyKey);
  }

  @Audience('PARTNER')
  @Mutation(() => AgencyKeyResult, { description: 'Registers a key your agency signs with. Needs `agency-keys:write`.' })
  async registerAgencyKey(
    @Arg('input', () => RegisterAgencyKeyInput, { description: 'The key, its term, and the proof that you hold it.' }) input: RegisterAgencyKeyInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await registerAgencyKey(context, input));
  }

  @Audience('PARTNER')
  @Mutation(() => AgencyKeyResult, { description: 'Revokes a key for good: what it signs from then on is refused. Needs `agency-keys:write`.' })
  async revokeAgencyKey(
    @Arg('input', () => RevokeAgencyKeyInput, { description: 'Which key, and why.' }) input: RevokeAgencyKeyInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await revokeAgencyKey(context, input));
  }
}
