/** What the agencies room says in the ledger about who an agency is. Names and numbers stay out of it. */
import type { EventDraft } from '../../kernel/event-draft';
import type { AgencyRow } from './agency.row';
import type { LicenceRow } from './licence.row';

export type RoomEvent = Omit<EventDraft, 'actor' | 'occurredAt' | 'purpose' | 'operation'>;
export type Decision = NonNullable<EventDraft['decision']>;

export function agencyRegistered(agency: AgencyRow, decision: Decision): RoomEvent {
  return {
    type: 'agencies.AgencyRegistered',
    typeVersion: 1,
    retention: 'STANDING',
    decision,
    facts: { jurisdiction: agency.jurisdiction },
    hidden: { agencyId: agency.id },
    streams: [`agency:${agency.id}`],
  };
}

export function licenceRecorded(licence: LicenceRow, decision: Decision): RoomEvent {
  return {
    type: 'agencies.LicenceRecorded',
    typeVersion: 1,
    retention: 'STANDING',
    decision,
    facts: { kind: licence.kind, validFrom: licence.validFrom, validUntil: licence.validUntil },
    hidden: { agencyId: licence.agencyId, licenceId: licence.id },
    streams: [`agency:${licence.agencyId}`],
  };
}
