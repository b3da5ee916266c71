/**
 * What happens when the ledger finds that the standing a placement was decided on has moved: the gate is asked again on
 * fresh standing. Still allowed: the same claim with the new standing takes the number. Not any more: the placement is
 * voided and the number says so. The relay never waits for a person, and no number is skipped.
 */
import type { PoolClient } from 'pg';
import type { Actor } from '../../kernel/actor';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import type { StreamPosition } from '../../kernel/ledger';
import type { ReplacementRecord } from '../../kernel/outbox/relay';
import { decideStanding, STANDING_RULES } from './placement-gate';
import { grantOpened, placementEvent } from './placement.event';
import { PLACEMENT_COLUMNS } from './placement.repository';
import type { PlacementRow } from './placement.row';
import { PLACEMENT_RULE_PACK } from './rule-pack';
import { expectedOf, readAgreement, readEngagement, type Reader } from './standing.repository';

export const PLACEMENT_GATE = 'placement-gate';

type Stage = 'PROPOSAL' | 'GRANT';

/** Everything needed to say the same again: who asked, for what, in which operation, and on which standing. */
interface Reconsidered {
  readonly placementId: string;
  readonly stage: Stage;
  readonly actor: Actor;
  readonly operation: NonNullable<EventDraft['operation']>;
  readonly expect: readonly StreamPosition[];
}

export function toArgument(context: RoomContext, placementId: string, stage: Stage, expect: readonly StreamPosition[]): string {
  const { operationName, documentHash, requestId } = context.request;
  const claim: Reconsidered = { placementId, stage, actor: context.actor, operation: { name: operationName, documentHash, requestId }, expect };
  return JSON.stringify(claim);
}

function toReplacement(draft: EventDraft, argument: string | null): ReplacementRecord {
  const { idempotencyKey, event, streams, expect, disclosures } = composeSubmission(draft, null);
  return {
    row: {
      event_id: idempotencyKey,
      event,
      streams: JSON.stringify(streams),
      expect: JSON.stringify(expect ?? []),
      disclosures: JSON.stringify(disclosures),
      reconsider: argument === null ? null : JSON.stringify({ name: PLACEMENT_GATE, argument }),
    },
  };
}

/** The ledger knows of a move this room has not followed yet: try again when it has. */
function requireNews(before: readonly StreamPosition[], after: readonly StreamPosition[]): void {
  const hasMoved = after.some(({ stream, n }) => before.find((position) => position.stream === stream)?.n !== n);
  if (!hasMoved) throw new HubError('UNAVAILABLE', 'The standing of a placement is still being followed.');
}

interface Decided {
  readonly index: number;
  readonly now: Date;
}

async function decidedAt(read: Reader): Promise<Decided> {
  const [row] = await read<{ next_index: number; now: Date }>('select next_index, clock_timestamp() as now from follower', []);
  return { index: (row?.next_index ?? 0) - 1, now: row?.now ?? new Date() };
}

/** The state a claim of this stage leaves its placement in, as long as nobody has ended it meanwhile. */
const WAITING: Readonly<Record<Stage, PlacementRow['state']>> = { PROPOSAL: 'PROPOSED', GRANT: 'ACCEPTED' };

async function voidPlacement(client: PoolClient, placement: PlacementRow, stage: Stage, { ruleId, at }: { ruleId: string; at: Decided }): Promise<ReplacementRecord> {
  const after = { state: 'VOIDED', reason: ruleId } as const;
  if (placement.state === WAITING[stage]) {
    await client.query('update placement set state = $2, reason = $3, changed_at = $4 where id = $1', [placement.id, after.state, after.reason, at.now]);
  }
  const draft: EventDraft = {
    ...placementEvent('debts.PlacementVoided', placement, after),
    actor: null,
    occurredAt: at.now,
    decision: { outcome: 'REFUSE', rules: [ruleId], rulePack: PLACEMENT_RULE_PACK, index: at.index, at: at.now },
  };
  return toReplacement(draft, null);
}

/** The claim as it is made again, under the engagement that stands now. */
function claimEvent(placement: PlacementRow, stage: Stage, term: { from: Date; until: Date | null }) {
  if (stage === 'PROPOSAL') return placementEvent('debts.PlacementProposed', placement, placement);
  if (placement.grantId === null) throw new HubError('INTERNAL', 'An accepted placement has no grant to open.');
  return grantOpened(placement, placement.grantId, term);
}

/** Runs inside the transaction in which the relay replaces the refused record. */
export async function reconsiderPlacement(client: PoolClient, argument: string): Promise<ReplacementRecord> {
  const claim = JSON.parse(argument) as Reconsidered;
  const read: Reader = async <T>(sql: string, values: readonly unknown[]) => (await client.query(sql, [...values])).rows as T[];
  const [placement] = await read<PlacementRow>(`select ${PLACEMENT_COLUMNS} from placement where id = $1 for update`, [claim.placementId]);
  if (placement === undefined) throw new HubError('INTERNAL', 'A record of the outbox is about a placement that does not exist.');
  const at = await decidedAt(read);
  const known = await readEngagement(read, placement.creditorId, placement.agencyId);
  const asked = await readAgreement(read, placement.agreementId);
  if (asked !== null && known !== null) requireNews(claim.expect, expectedOf(asked, known));
  const decision = decideStanding({ ...placement, agreement: asked, engagement: known, now: at.now });
  if (!decision.ok) return voidPlacement(client, placement, claim.stage, { ruleId: decision.refusal.ruleId, at });
  if (placement.state !== WAITING[claim.stage]) return voidPlacement(client, placement, claim.stage, { ruleId: 'PLACEMENT-STATE', at });
  const { agreement, engagement } = decision;
  await client.query('update placement set engagement_id = $2 where id = $1', [placement.id, engagement.id]);
  const expect = expectedOf(agreement, engagement);
  const draft: EventDraft = {
    ...claimEvent({ ...placement, engagementId: engagement.id }, claim.stage, { from: at.now, until: agreement.validUntil }),
    actor: claim.actor,
    purpose: claim.actor.purpose,
    operation: claim.operation,
    occurredAt: at.now,
    decision: { outcome: 'ALLOW', rules: STANDING_RULES, rulePack: PLACEMENT_RULE_PACK, index: at.index, at: at.now },
    expect,
  };
  return toReplacement(draft, JSON.stringify({ ...claim, expect } satisfies Reconsidered));
}
