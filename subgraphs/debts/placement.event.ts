/** What the ledger is told about placements and the grants they open and close. */
import type { CommandEvent } from '../../kernel/command';
import type { StreamName } from '../../schema/vocabulary';
import { debtStreams } from './debt.event';
import type { PlacementState } from './placement';
import type { PlacementRow } from './placement.row';

export type PlacementEventType =
  | 'debts.PlacementProposed'
  | 'debts.PlacementAccepted'
  | 'debts.PlacementRejected'
  | 'debts.RecallRequested'
  | 'debts.PlacementRecalled'
  | 'debts.PlacementClosed'
  | 'debts.PlacementVoided';

export function placementStreams(row: PlacementRow): StreamName[] {
  return [...debtStreams(row.debtId, row), `agency:${row.agencyId}`];
}

export function placementEvent(type: PlacementEventType, row: PlacementRow, after: { state: PlacementState; reason: string | null }): CommandEvent {
  return {
    type,
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    facts: { state: after.state, reason: after.reason },
    hidden: {
      placementId: row.id,
      debtId: row.debtId,
      borrowerId: row.borrowerId,
      creditorId: row.creditorId,
      agencyId: row.agencyId,
      agreementId: row.agreementId,
      engagementId: row.engagementId,
    },
    streams: placementStreams(row),
  };
}

/** `until` is left out when the agreement has no end; then only a closing entry ends the grant. */
export function grantOpened(row: PlacementRow, grantId: string, term: { from: Date; until: Date | null }): CommandEvent {
  return {
    type: 'debts.GrantOpened',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    facts: {
      purposes: [...row.purposes],
      categories: [...row.categories],
      from: term.from.toISOString(),
      ...(term.until === null ? {} : { until: term.until.toISOString() }),
    },
    hidden: {
      grantId,
      placementId: row.id,
      debtId: row.debtId,
      borrowerId: row.borrowerId,
      creditorId: row.creditorId,
      agencyId: row.agencyId,
      engagementId: row.engagementId,
    },
    streams: [`grant:${grantId}`, ...placementStreams(row)],
  };
}

export function grantClosed(row: PlacementRow, grantId: string, reason: string): CommandEvent {
  return {
    type: 'debts.GrantClosed',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    facts: { reason },
    hidden: { grantId, placementId: row.id, debtId: row.debtId, borrowerId: row.borrowerId, creditorId: row.creditorId, agencyId: row.agencyId },
    streams: [`grant:${grantId}`, ...placementStreams(row)],
  };
}
