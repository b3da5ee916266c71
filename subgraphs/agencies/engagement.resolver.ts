/** Answers for engagements, and runs their commands. Out of scope is null, like absent. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { CommandOutcome } from '../../kernel/command';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage, type SortKey } from '../../schema/page';
import type { Accepted, Refusal } from '../../schema/refusal';
import { loadAgency } from './agency.loader';
import { Agency } from './agency.type';
import { attestSecurity, endEngagement, proposeEngagement, qualifyEngagement, reinstateEngagement, suspendEngagement } from './engagement.command';
import { engagementRepository } from './engagement.repository';
import type { EngagementRow } from './engagement.row';
import {
  AttestSecurityInput,
  CreditorStub,
  EndEngagementInput,
  Engagement,
  EngagementConnection,
  EngagementResult,
  ProposeEngagementInput,
  QualifyEngagementInput,
  ReinstateEngagementInput,
  SecurityAttestation,
  SecurityAttestationConnection,
  SuspendEngagementInput,
  toEngagement,
  toSecurityAttestation,
} from './engagement.type';

export const ENGAGEMENT_SORT = 'engagements:proposedAt,id';
export const engagementKey = ({ proposedAt, id }: EngagementRow): SortKey => [proposedAt.toISOString(), id];

type Answer = (Accepted & { engagement: Engagement }) | Refusal;

export async function loadEngagement(context: RoomContext, id: string): Promise<Engagement | null> {
  const row = await context.loader('engagements', (transaction, ids: readonly string[]) => engagementRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toEngagement(row);
}

function answer(context: RoomContext, outcome: CommandOutcome): Promise<Answer> {
  return answerCommand(outcome, 'engagement', (id) => loadEngagement(context, id));
}

@Resolver(() => Engagement)
export class EngagementResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => Engagement, { nullable: true, description: 'One engagement, or null when there is none in your scope.' })
  engagement(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Engagement | null> {
    return loadEngagement(context, id);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => EngagementConnection, { description: 'The engagements in your scope, oldest first.' })
  async engagements(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Engagement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: ENGAGEMENT_SORT });
    const rows = await engagementRepository.page(context.actor, await context.read(), page);
    return connectionFrom(page, rows, engagementKey, toEngagement);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => CreditorStub, { description: 'Who engages.' })
  creditor(@Root() engagement: Engagement): CreditorStub {
    return { id: engagement.creditorId };
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => Agency, { nullable: true, description: 'Who is engaged; null when out of your scope.' })
  agency(@Root() engagement: Engagement, @Ctx() context: RoomContext): Promise<Agency | null> {
    return loadAgency(context, engagement.agencyId);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => SecurityAttestation, { nullable: true, description: 'The attestation that counts: the latest; null when there is none.' })
  async attestation(@Root() engagement: Engagement, @Ctx() context: RoomContext): Promise<SecurityAttestation | null> {
    const latest = context.loader('engagement.attestation', (transaction, ids: readonly string[]) => engagementRepository.latestAttestations(transaction, ids));
    const row = await latest.load(engagement.id);
    return row === null ? null : toSecurityAttestation(row);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => SecurityAttestationConnection, { description: 'Every attestation, in the order they were recorded.' })
  async attestations(@Root() engagement: Engagement, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<SecurityAttestation>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'attestations:number' });
    const pages = context.loader(`engagement.attestations ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) =>
      engagementRepository.pageOfAttestations(transaction, ids, page),
    );
    return connectionFrom(page, await pages.load(engagement.id), ({ number }) => [number], toSecurityAttestation);
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: 'Begins the engagement of an agency by your creditor. Needs `engagements:write`.' })
  async proposeEngagement(
    @Arg('input', () => ProposeEngagementInput, { description: 'Which agency to engage.' }) input: ProposeEngagementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await proposeEngagement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: "Records the agency's attestation of its information security. Needs `engagements:write`." })
  async attestSecurity(
    @Arg('input', () => AttestSecurityInput, { description: 'What the agency attests, until when.' }) input: AttestSecurityInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await attestSecurity(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: 'Qualifies a proposed engagement: from now on debts can be placed. Needs `engagements:write`.' })
  async qualifyEngagement(
    @Arg('input', () => QualifyEngagementInput, { description: 'Which engagement to qualify, on which due diligence.' }) input: QualifyEngagementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await qualifyEngagement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: 'Ends access and new work at once, exactly at the ledger, until reinstated. Needs `engagements:write`.' })
  async suspendEngagement(
    @Arg('input', () => SuspendEngagementInput, { description: 'Which engagement to suspend, and why.' }) input: SuspendEngagementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await suspendEngagement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: 'Lifts a suspension, by the same rules as a qualification. Needs `engagements:write`.' })
  async reinstateEngagement(
    @Arg('input', () => ReinstateEngagementInput, { description: 'Which engagement to reinstate.' }) input: ReinstateEngagementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await reinstateEngagement(context, input));
  }

  @Audience('INTERNAL')
  @Mutation(() => EngagementResult, { description: 'Ends an engagement for good. Needs `engagements:write`.' })
  async endEngagement(
    @Arg('input', () => EndEngagementInput, { description: 'Which engagement to end, and why.' }) input: EndEngagementInput,
    @Ctx() context: RoomContext,
  ): Promise<Answer> {
    return answer(context, await endEngagement(context, input));
  }
}

@Resolver(() => CreditorStub)
export class CreditorEngagementsResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => EngagementConnection, { description: 'Its engagements of agencies in your scope, oldest first.' })
  async engagements(@Root() creditor: CreditorStub, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Engagement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: ENGAGEMENT_SORT });
    const pages = context.loader(`creditor.engagements ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) => engagementRepository.pageOfCreditors(transaction, ids, page));
    return connectionFrom(page, await pages.load(creditor.id), engagementKey, toEngagement);
  }
}
