/** Answers for agencies and their licences, and runs the commands of the register. Out of scope is null, like absent. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { dayIn, licenceState, type LicenceState } from './agency';
import { recordLicence, registerAgency } from './agency.command';
import { loadAgency } from './agency.loader';
import { agencyRepository } from './agency.repository';
import {
  Agency,
  AgencyConnection,
  AgencyResult,
  Licence,
  LicenceConnection,
  LicenceResult,
  LicenceStateWord,
  RecordLicenceInput,
  RegisterAgencyInput,
  toAgency,
  toLicence,
} from './agency.type';
import { engagementRepository } from './engagement.repository';
import { engagementKey, ENGAGEMENT_SORT } from './engagement.resolver';
import { EngagementConnection, toEngagement, type Engagement } from './engagement.type';

export async function loadLicence(context: RoomContext, id: string): Promise<Licence | null> {
  const row = await context.loader('licences', (transaction, ids: readonly string[]) => agencyRepository.licencesByIds(transaction, ids)).load(id);
  return row === null ? null : toLicence(row);
}

@Resolver(() => Agency)
export class AgencyResolver {
  @Audience(...EVERY_AUDIENCE)
  @Query(() => Agency, { nullable: true, description: 'One agency, or null when there is none in your scope.' })
  agency(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Agency | null> {
    return loadAgency(context, id);
  }

  @Audience(...EVERY_AUDIENCE)
  @Query(() => AgencyConnection, { description: 'The agencies in your scope, by name.' })
  async agencies(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Agency>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'agencies:name,id' });
    const rows = await agencyRepository.page(context.actor, await context.read(), page);
    return connectionFrom(page, rows, ({ name, id }) => [name, id], toAgency);
  }

  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => LicenceConnection, { description: 'Its licences, in the order they were recorded.' })
  async licences(@Root() agency: Agency, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Licence>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'licences:recordedAt,id' });
    const pages = context.loader(`agency.licences ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) => agencyRepository.pageOfLicences(transaction, ids, page));
    return connectionFrom(page, await pages.load(agency.id), ({ recordedAt, id }) => [recordedAt.toISOString(), id], toLicence);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => EngagementConnection, { description: 'Its engagements in your scope, oldest first.' })
  async engagements(@Root() agency: Agency, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Engagement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: ENGAGEMENT_SORT });
    const pages = context.loader(`agency.engagements ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) => engagementRepository.pageOfAgencies(transaction, ids, page));
    return connectionFrom(page, await pages.load(agency.id), engagementKey, toEngagement);
  }

  @Audience('INTERNAL')
  @Mutation(() => AgencyResult, { description: 'Enters an agency in the register that all creditors share. Needs `agencies:write`.' })
  async registerAgency(
    @Arg('input', () => RegisterAgencyInput, { description: 'Who the agency is.' }) input: RegisterAgencyInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { agency: Agency }) | Refusal> {
    return answerCommand(await registerAgency(context, input), 'agency', (id) => loadAgency(context, id));
  }

  @Audience('INTERNAL')
  @Mutation(() => LicenceResult, { description: 'Records a licence of an agency. Needs `agencies:write`.' })
  async recordLicence(
    @Arg('input', () => RecordLicenceInput, { description: 'Which licence the agency holds.' }) input: RecordLicenceInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { licence: Licence }) | Refusal> {
    return answerCommand(await recordLicence(context, input), 'licence', (id) => loadLicence(context, id));
  }
}

@Resolver(() => Licence)
export class LicenceResolver {
  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => Agency, { nullable: true, description: 'Who holds it; null when out of your scope.' })
  agency(@Root() licence: Licence, @Ctx() context: RoomContext): Promise<Agency | null> {
    return loadAgency(context, licence.agencyId);
  }

  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => LicenceStateWord, { description: 'Whether it is valid today, where the agency is registered.' })
  async state(@Root() licence: Licence, @Ctx() context: RoomContext): Promise<LicenceState> {
    const agency = await loadAgency(context, licence.agencyId);
    // Licences and their agency are in scope together.
    if (agency === null) throw new HubError('NOT_FOUND', 'The agency of this licence is not in your scope.');
    return licenceState(licence, dayIn(agency.jurisdiction, (await context.read()).now));
  }
}
