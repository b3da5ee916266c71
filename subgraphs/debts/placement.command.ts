/**
 * The steps of a placement as commands. Proposing and accepting pass a gate on current standing, and the ledger compares
 * that standing again; every step that ends access closes the grant in the same transaction.
 */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { idPrefix, newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import type { StreamName } from '../../schema/vocabulary';
import { attestBy } from './attestation';
import { returnOrDestructionDue } from './attestation.event';
import { debtStreams } from './debt.event';
import { lockDebt } from './debt.repository';
import type { DebtRow } from './debt.row';
import { endsAccess, takeStep, type Party, type PlacementStep } from './placement';
import {
  decideProposal,
  decideStanding,
  PROPOSAL_RULES,
  STANDING_RULES,
  type AgreementStanding,
  type EngagementStanding,
} from './placement-gate';
import { grantClosed, grantOpened, placementEvent, type PlacementEventType } from './placement.event';
import type { AnswerPlacementInput, EndPlacementInput, ProposePlacementInput, RejectPlacementInput } from './placement.input';
import { toArgument, PLACEMENT_GATE } from './placement.reconsideration';
import { changePlacement, insertPlacement, isPlaced, lockPlacement } from './placement.repository';
import type { PlacementRow } from './placement.row';
import { PLACEMENT_RULE_PACK } from './rule-pack';
import { expectedOf, readAgreement, readEngagement, readerOf } from './standing.repository';

const NO_DEBT = 'There is no such debt.';
const NO_PLACEMENT = 'There is no such placement.';

/** The terms of a proposal without its client key: the same for one row and for a hundred. */
export type ProposalTerms = Omit<ProposePlacementInput, 'clientKey'>;

interface Proposed {
  readonly debt: DebtRow;
  readonly agreement: AgreementStanding;
  readonly engagement: EngagementStanding;
}

function newPlacement({ debt, agreement, engagement }: Proposed, terms: ProposalTerms, now: Date): PlacementRow {
  return {
    id: newId('placement'),
    debtId: debt.id,
    creditorId: debt.creditorId,
    borrowerId: debt.borrowerId,
    agencyId: agreement.agencyId,
    agreementId: agreement.id,
    engagementId: engagement.id,
    amountAsOf: debt.amountAsOf!,
    purposes: [...(terms.purposes ?? agreement.purposes)] as PlacementRow['purposes'],
    categories: [...(terms.categories ?? agreement.categories)] as PlacementRow['categories'],
    state: 'PROPOSED',
    reason: null,
    proposedAt: now,
    changedAt: now,
    grantId: null,
    attestBy: null,
    proposedIndex: null,
    grantOpenedIndex: null,
    grantClosedIndex: null,
  };
}

/** A stranger's agency gets no entry in its stream: only one that this creditor has an engagement with is concerned. */
function refusedProposal(refusal: Refusal, debt: DebtRow, engagement: EngagementStanding | null, agencyId: string): RefusedCommand {
  const concerned: StreamName[] = engagement === null ? [] : [`agency:${agencyId}`];
  return {
    refusal,
    hidden: { debtId: debt.id, creditorId: debt.creditorId, borrowerId: debt.borrowerId, agencyId },
    streams: [...debtStreams(debt.id, debt), ...concerned],
  };
}

async function propose(context: RoomContext, work: CommandWork, terms: ProposalTerms): Promise<{ id: string } | RefusedCommand> {
  work.requireCurrentStanding();
  const { transaction } = work;
  staffCreditor(context.actor);
  const debt = await lockDebt(transaction, terms.debtId);
  if (debt === null) throw new HubError('NOT_FOUND', NO_DEBT);
  const asked = await readAgreement(readerOf(transaction), terms.agreementId);
  const known = await readEngagement(readerOf(transaction), debt.creditorId, terms.agencyId);
  const decision = decideProposal({
    creditorId: debt.creditorId,
    agencyId: terms.agencyId,
    agreement: asked,
    engagement: known,
    amountAsOf: debt.amountAsOf,
    now: transaction.now,
    debt: { ...debt, isPlaced: await isPlaced(transaction, debt.id) },
    purposes: terms.purposes ?? asked?.purposes ?? [],
    categories: terms.categories ?? asked?.categories ?? [],
  });
  if (!decision.ok) return refusedProposal(decision.refusal, debt, known, terms.agencyId);
  const { agreement, engagement } = decision;
  const placement = newPlacement({ debt, agreement, engagement }, terms, transaction.now);
  const expect = expectedOf(agreement, engagement);
  await insertPlacement(transaction, placement);
  await work.record(
    { ...placementEvent('debts.PlacementProposed', placement, placement), decision: work.allowedBy(PLACEMENT_RULE_PACK, PROPOSAL_RULES), expect },
    { name: PLACEMENT_GATE, argument: toArgument(context, placement.id, 'PROPOSAL', expect) },
  );
  return { id: placement.id };
}

export async function proposePlacement(context: RoomContext, clientKey: string, terms: ProposalTerms, input: unknown): Promise<CommandOutcome> {
  if (idPrefix(terms.agencyId) !== 'agency') throw new InputError('input.agencyId', 'This is not the id of an agency.');
  return runCommand(context, { name: 'proposePlacement', scope: 'placements:write', clientKey, input, execute: (work) => propose(context, work, terms) });
}

const PARTIES = { INTERNAL: 'CREDITOR', PARTNER: 'AGENCY', REGULATOR: null, BORROWER: null } as const satisfies Record<string, Party | null>;

interface Step {
  readonly name: string;
  readonly step: PlacementStep;
  readonly event: PlacementEventType;
  readonly reason: string | null;
  /** What this step does besides changing the state; a refusal undoes all of it. */
  readonly also?: (work: CommandWork, placement: PlacementRow) => Promise<Refusal | null>;
}

export function refusedStep(refusal: Refusal, row: PlacementRow): RefusedCommand {
  return {
    refusal,
    hidden: { placementId: row.id, debtId: row.debtId, creditorId: row.creditorId, borrowerId: row.borrowerId, agencyId: row.agencyId },
    streams: [...debtStreams(row.debtId, row), `agency:${row.agencyId}`],
  };
}

/** The grant's end comes last: from the index of the command on, the agency sees nothing more. */
async function endAccess(work: CommandWork, placement: PlacementRow, reason: string): Promise<void> {
  const { transaction } = work;
  if (placement.grantId === null) return;
  const due = attestBy(transaction.now);
  await transaction.query('update placement set attest_by = $2 where id = $1', [placement.id, due]);
  await work.record(returnOrDestructionDue(placement, placement.grantId, due));
  await work.record(grantClosed(placement, placement.grantId, reason));
}

async function take(context: RoomContext, input: { clientKey: string; placementId: string }, { name, step, event, reason, also }: Step): Promise<CommandOutcome> {
  const party = PARTIES[context.actor.audience];
  return runCommand(context, {
    name,
    scope: 'placements:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      if (party === 'CREDITOR') staffCreditor(context.actor);
      const placement = party === null ? null : await lockPlacement(transaction, input.placementId);
      if (placement === null || party === null) throw new HubError('NOT_FOUND', NO_PLACEMENT);
      const decision = takeStep(placement.state, step, party);
      if (!decision.ok) return refusedStep(decision.refusal, placement);
      const after = { state: decision.state, reason };
      await changePlacement(transaction, placement.id, { ...after, changedAt: transaction.now });
      await work.record(placementEvent(event, placement, after));
      if (endsAccess(placement.state, decision.state)) await endAccess(work, placement, reason ?? decision.state);
      const refusal = (await also?.(work, placement)) ?? null;
      return refusal === null ? { id: placement.id } : refusedStep(refusal, placement);
    },
  });
}

/** Access begins here, so the gate is asked again: what stood at the proposal may have ended since. */
async function openGrant(context: RoomContext, work: CommandWork, placement: PlacementRow): Promise<Refusal | null> {
  work.requireCurrentStanding();
  const { transaction } = work;
  const decision = decideStanding({
    ...placement,
    agreement: await readAgreement(readerOf(transaction), placement.agreementId),
    engagement: await readEngagement(readerOf(transaction), placement.creditorId, placement.agencyId),
    now: transaction.now,
  });
  if (!decision.ok) return decision.refusal;
  const { agreement, engagement } = decision;
  const grantId = newId('grant');
  const granted = { ...placement, engagementId: engagement.id };
  const expect = expectedOf(agreement, engagement);
  await transaction.query('update placement set grant_id = $2, engagement_id = $3 where id = $1', [placement.id, grantId, engagement.id]);
  await work.record(
    {
      ...grantOpened(granted, grantId, { from: transaction.now, until: agreement.validUntil }),
      decision: work.allowedBy(PLACEMENT_RULE_PACK, STANDING_RULES),
      expect,
    },
    { name: PLACEMENT_GATE, argument: toArgument(context, placement.id, 'GRANT', expect) },
  );
  return null;
}

export function acceptPlacement(context: RoomContext, input: AnswerPlacementInput): Promise<CommandOutcome> {
  const also: Step['also'] = (work, placement) => openGrant(context, work, placement);
  return take(context, input, { name: 'acceptPlacement', step: 'accept', event: 'debts.PlacementAccepted', reason: null, also });
}

export function rejectPlacement(context: RoomContext, input: RejectPlacementInput): Promise<CommandOutcome> {
  return take(context, input, { name: 'rejectPlacement', step: 'reject', event: 'debts.PlacementRejected', reason: input.reason });
}

export function requestRecall(context: RoomContext, input: EndPlacementInput): Promise<CommandOutcome> {
  return take(context, input, { name: 'requestRecall', step: 'requestRecall', event: 'debts.RecallRequested', reason: input.reason });
}

export function recallPlacement(context: RoomContext, input: EndPlacementInput): Promise<CommandOutcome> {
  return take(context, input, { name: 'recallPlacement', step: 'recall', event: 'debts.PlacementRecalled', reason: input.reason });
}

export function closePlacement(context: RoomContext, input: EndPlacementInput): Promise<CommandOutcome> {
  return take(context, input, { name: 'closePlacement', step: 'close', event: 'debts.PlacementClosed', reason: input.reason });
}
