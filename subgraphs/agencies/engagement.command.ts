/** Moves engagements through their states: lock, rules, row and event in one transaction. */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { dayIn } from './agency';
import type { RoomEvent } from './agency.event';
import { agencyRepository } from './agency.repository';
import {
  checkAttestation,
  decideMove,
  ENGAGEMENT_RULE_PACK,
  MOVE_RULES,
  QUALIFICATION_RULES,
  refuseAttestation,
  refuseProposal,
  refuseQualification,
  type EngagementMove,
} from './engagement';
import {
  engagementEnded,
  engagementProposed,
  engagementQualified,
  engagementReinstated,
  engagementSuspended,
  securityAttested,
  type EngagementChange,
} from './engagement.event';
import { engagementRepository } from './engagement.repository';
import type { EngagementRow } from './engagement.row';

const SCOPE = 'engagements:write';

export interface EngagementProposal {
  readonly clientKey: string;
  readonly agencyId: string;
}

export interface EngagementStep {
  readonly clientKey: string;
  readonly engagementId: string;
}

export interface Attesting extends EngagementStep {
  readonly standard: string;
  readonly validUntil: Date;
  readonly evidenceHash: string;
}

export interface Qualifying extends EngagementStep {
  /** SHA-256 of the due diligence report. */
  readonly evidenceHash: string;
}

export interface EndingStep extends EngagementStep {
  readonly reason: string;
}

export function proposeEngagement(context: RoomContext, input: EngagementProposal): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'proposeEngagement',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const creditorId = staffCreditor(context.actor);
      const { agencyId } = input;
      const [agency] = await agencyRepository.byIds(transaction, [agencyId]);
      if (agency === null || agency === undefined) throw new HubError('NOT_FOUND', 'There is no such agency.', { argument: 'input.agencyId' });
      const { now } = transaction;
      const engagement: EngagementRow = { id: newId('engagement'), creditorId, agencyId, state: 'PROPOSED', reason: null, dueDiligenceHash: null, proposedAt: now, stateSince: now };
      const refusal = refuseProposal(!(await engagementRepository.insert(transaction, engagement)));
      if (refusal !== null) return { refusal, hidden: { creditorId, agencyId }, streams: [`creditor:${creditorId}`] };
      await work.record(engagementProposed({ engagement, state: 'PROPOSED', decision: work.allowedBy(ENGAGEMENT_RULE_PACK, ['ENGAGEMENT-OPEN-ONCE']) }));
      return { id: engagement.id };
    },
  });
}

/** How one kind of step differs from the others. */
interface Step<I extends EngagementStep> {
  readonly name: string;
  readonly move: EngagementMove;
  readonly rules: readonly string[];
  /** Asked after the state machine; null when legal. */
  refuse?(work: CommandWork, engagement: EngagementRow, input: I): Promise<Refusal | null>;
  /** What it keeps beside the new state. */
  keep(work: CommandWork, engagement: EngagementRow, input: I): Promise<void>;
  event(change: EngagementChange, input: I): RoomEvent;
}

function refused(refusal: Refusal, { id, creditorId, agencyId }: EngagementRow): RefusedCommand {
  return { refusal, hidden: { engagementId: id, creditorId, agencyId }, streams: [`creditor:${creditorId}`] };
}

function runStep<I extends EngagementStep>(context: RoomContext, input: I, step: Step<I>): Promise<CommandOutcome> {
  return runCommand(context, {
    name: step.name,
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      staffCreditor(context.actor);
      const engagement = await engagementRepository.lockById(work.transaction, input.engagementId);
      if (engagement === null) throw new HubError('NOT_FOUND', 'There is no such engagement in your scope.', { argument: 'input.engagementId' });
      const decided = decideMove(engagement.state as EngagementChange['state'], step.move);
      if ('refusal' in decided) return refused(decided.refusal, engagement);
      const refusal = (await step.refuse?.(work, engagement, input)) ?? null;
      if (refusal !== null) return refused(refusal, engagement);
      await step.keep(work, engagement, input);
      const decision = work.allowedBy(ENGAGEMENT_RULE_PACK, step.rules);
      await work.record(step.event({ engagement, state: decided.state, decision }, input));
      return { id: engagement.id };
    },
  });
}

/** The gate before an agency may receive anything: a licence valid today, a current attestation. */
async function refuseUnqualified({ transaction }: CommandWork, { id, agencyId }: EngagementRow): Promise<Refusal | null> {
  const [agency] = await agencyRepository.byIds(transaction, [agencyId]);
  const [attestation] = await engagementRepository.latestAttestations(transaction, [id]);
  const licences = await agencyRepository.licencesOf(transaction, agencyId);
  const day = dayIn(agency?.jurisdiction ?? '', transaction.now);
  return refuseQualification({ licences, day, attestedUntil: attestation?.validUntil ?? null }, transaction.now);
}

export function attestSecurity(context: RoomContext, input: Attesting): Promise<CommandOutcome> {
  return runStep<Attesting>(context, input, {
    name: 'attestSecurity',
    move: 'ATTEST',
    rules: [...MOVE_RULES, 'ATTESTATION-TERM-BOUNDED'],
    async refuse({ transaction }) {
      checkAttestation(input, transaction.now);
      return refuseAttestation(input, transaction.now);
    },
    async keep({ transaction }, { id, creditorId, agencyId }) {
      const [latest] = await engagementRepository.latestAttestations(transaction, [id]);
      const { standard, validUntil, evidenceHash } = input;
      const number = (latest?.number ?? 0) + 1;
      await engagementRepository.insertAttestation(transaction, { engagementId: id, number, creditorId, agencyId, standard, validUntil, evidenceHash, attestedAt: transaction.now });
    },
    event: securityAttested,
  });
}

export function qualifyEngagement(context: RoomContext, input: Qualifying): Promise<CommandOutcome> {
  return runStep<Qualifying>(context, input, {
    name: 'qualifyEngagement',
    move: 'QUALIFY',
    rules: QUALIFICATION_RULES,
    refuse: refuseUnqualified,
    keep: ({ transaction }, { id }) =>
      engagementRepository.move(transaction, id, { state: 'QUALIFIED', reason: null, dueDiligenceHash: input.evidenceHash, stateSince: transaction.now }),
    event: (change, { evidenceHash }) => engagementQualified(change, evidenceHash),
  });
}

export function suspendEngagement(context: RoomContext, input: EndingStep): Promise<CommandOutcome> {
  return runStep<EndingStep>(context, input, {
    name: 'suspendEngagement',
    move: 'SUSPEND',
    rules: MOVE_RULES,
    keep: ({ transaction }, { id }) => engagementRepository.move(transaction, id, { state: 'SUSPENDED', reason: input.reason, stateSince: transaction.now }),
    event: (change, { reason }) => engagementSuspended(change, reason),
  });
}

export function reinstateEngagement(context: RoomContext, input: EngagementStep): Promise<CommandOutcome> {
  return runStep(context, input, {
    name: 'reinstateEngagement',
    move: 'REINSTATE',
    rules: QUALIFICATION_RULES,
    refuse: refuseUnqualified,
    keep: ({ transaction }, { id }) => engagementRepository.move(transaction, id, { state: 'QUALIFIED', reason: null, stateSince: transaction.now }),
    event: (change) => engagementReinstated(change),
  });
}

export function endEngagement(context: RoomContext, input: EndingStep): Promise<CommandOutcome> {
  return runStep<EndingStep>(context, input, {
    name: 'endEngagement',
    move: 'END',
    rules: MOVE_RULES,
    keep: ({ transaction }, { id }) => engagementRepository.move(transaction, id, { state: 'ENDED', reason: input.reason, stateSince: transaction.now }),
    event: (change, { reason }) => engagementEnded(change, reason),
  });
}
