/** What the creditors room says in the ledger about creditors themselves. Names stay out: the code is the public word. */
import type { EventDraft } from '../../kernel/event-draft';
import type { CreditorRow } from './creditor.row';

export type RoomEvent = Omit<EventDraft, 'actor' | 'occurredAt' | 'purpose' | 'operation'>;

export function creditorRegistered(creditor: CreditorRow): RoomEvent {
  return {
    type: 'creditors.CreditorRegistered',
    typeVersion: 1,
    retention: 'STANDING',
    facts: { code: creditor.code, jurisdiction: creditor.jurisdiction },
    hidden: { creditorId: creditor.id },
    streams: [`creditor:${creditor.id}`],
  };
}
