/** What the agencies room says in the ledger about an engagement: each entry carries the state it leads to. */
import type { Json } from '../../kernel/event-draft';
import type { Decision, RoomEvent } from './agency.event';
import type { EngagementState } from './engagement';
import type { EngagementRow } from './engagement.row';

export interface EngagementChange {
  readonly engagement: Pick<EngagementRow, 'id' | 'creditorId' | 'agencyId'>;
  readonly state: EngagementState;
  readonly decision: Decision;
}

interface Particulars {
  readonly facts?: { readonly [name: string]: Json };
  readonly hidden?: { readonly [name: string]: Json };
}

function engagementEvent(type: string, { engagement, state, decision }: EngagementChange, { facts = {}, hidden = {} }: Particulars = {}): RoomEvent {
  const { id, creditorId, agencyId } = engagement;
  return {
    type,
    typeVersion: 1,
    retention: 'STANDING',
    decision,
    facts: { state, ...facts },
    hidden: { engagementId: id, creditorId, agencyId, ...hidden },
    streams: [`engagement:${id}`, `creditor:${creditorId}`, `agency:${agencyId}`],
  };
}

export const engagementProposed = (change: EngagementChange): RoomEvent => engagementEvent('agencies.EngagementProposed', change);

export function securityAttested(change: EngagementChange, attestation: { standard: string; validUntil: Date; evidenceHash: string }): RoomEvent {
  const { standard, validUntil, evidenceHash } = attestation;
  return engagementEvent('agencies.SecurityAttested', change, { facts: { standard, validUntil: validUntil.toISOString() }, hidden: { evidenceHash } });
}

/** The hash of the due diligence is committed: the creditor can later show on what it relied. */
export const engagementQualified = (change: EngagementChange, evidenceHash: string): RoomEvent =>
  engagementEvent('agencies.EngagementQualified', change, { hidden: { evidenceHash } });

export const engagementSuspended = (change: EngagementChange, reason: string): RoomEvent => engagementEvent('agencies.EngagementSuspended', change, { facts: { reason } });

export const engagementReinstated = (change: EngagementChange): RoomEvent => engagementEvent('agencies.EngagementReinstated', change);

export const engagementEnded = (change: EngagementChange, reason: string): RoomEvent => engagementEvent('agencies.EngagementEnded', change, { facts: { reason } });
