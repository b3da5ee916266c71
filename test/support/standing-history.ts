/** A small true-looking history of standing: authorities, mandates, engagements and grants that open, move and close. */
import type { OpenedLedger } from '../../audit/ledger-port';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import { newId } from '../../schema/ids';
import type { RoomName } from '../../schema/vocabulary';

const TERM = { from: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };
type Step = Pick<EventDraft, 'type' | 'facts' | 'hidden' | 'streams'>;

function stepsOf(turn: number): Step[] {
  const [creditorId, agencyId, engagementId, authorityId, grantId] = [newId('creditor'), newId('agency'), newId('engagement'), newId('authority'), newId('grant')];
  const parties = { engagementId, creditorId, agencyId };
  const engagement = (type: string, state: string): Step => ({
    type: `agencies.${type}`,
    facts: { state, validUntil: TERM.until },
    hidden: parties,
    streams: [`engagement:${engagementId}`, `creditor:${creditorId}`, `agency:${agencyId}`],
  });
  const grant = { grantId, creditorId, agencyId, debtId: newId('debt'), borrowerId: newId('borrower') };
  const streams: Step['streams'] = [`grant:${grantId}`, `creditor:${creditorId}`, `agency:${agencyId}`];
  const steps: Step[] = [
    { type: 'creditors.StaffAuthorityGranted', facts: { purposes: ['SERVICING'], categories: ['CONTACT'], scopes: [], ...TERM }, hidden: { authorityId, staffSub: `staff-${turn}`, creditorId }, streams: [`creditor:${creditorId}`, `grant:${authorityId}`] },
    engagement('EngagementProposed', 'PROPOSED'),
    engagement('SecurityAttested', 'PROPOSED'),
    engagement('EngagementQualified', 'QUALIFIED'),
    { type: 'debts.GrantOpened', facts: { purposes: ['COLLECTION'], categories: ['CONTACT'], ...TERM }, hidden: { ...grant, engagementId, placementId: newId('placement') }, streams },
  ];
  if (turn % 3 === 0) steps.push(engagement('EngagementSuspended', 'SUSPENDED'));
  if (turn % 2 === 0) steps.push({ type: 'debts.GrantClosed', facts: { reason: 'RECALLED' }, hidden: grant, streams });
  return steps;
}

/** Appends as the owning rooms do; returns the size of the log afterwards. */
export async function appendStanding(ledger: OpenedLedger, turns: number): Promise<number> {
  const seq = new Map<RoomName, number>();
  let size = 0;
  for (const step of Array.from({ length: turns }, (_none, turn) => stepsOf(turn)).flat()) {
    const room = step.type.split('.')[0] as RoomName;
    const sourceSeq = (seq.get(room) ?? 0) + 1;
    seq.set(room, sourceSeq);
    const submission = composeSubmission({ ...step, typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: new Date() }, null);
    const [result] = await ledger.ledgerFor(room).append('outbox', [{ ...submission, sourceSeq }], 5_000);
    if (!result?.ok) throw new Error(`the ledger refused ${step.type}`);
    size = result.index + 1;
  }
  return size;
}
