/** What the creditors room says in the ledger about mandates: one creditor per entry, so that its stream proves its own. */
import type { RoomEvent } from './creditor.event';
import type { SupervisionMandateRow } from './supervision-mandate.row';

type Decision = NonNullable<RoomEvent['decision']>;

function aboutMandate({ id, creditorId }: SupervisionMandateRow): Pick<RoomEvent, 'typeVersion' | 'retention' | 'streams'> {
  return { typeVersion: 1, retention: 'STANDING', streams: [`creditor:${creditorId}`, `grant:${id}`] };
}

export function supervisionMandateGranted(mandate: SupervisionMandateRow, decision?: Decision): RoomEvent {
  return {
    ...aboutMandate(mandate),
    type: 'creditors.SupervisionMandateGranted',
    ...(decision === undefined ? {} : { decision }),
    facts: {
      purposes: mandate.purposes,
      categories: mandate.categories,
      basis: mandate.basis,
      from: mandate.validFrom.toISOString(),
      until: mandate.validUntil.toISOString(),
    },
    hidden: { mandateId: mandate.id, regulatorId: mandate.regulatorId, creditorId: mandate.creditorId },
  };
}

export function supervisionMandateEnded(mandate: SupervisionMandateRow, reason: string, decision: Decision): RoomEvent {
  return {
    ...aboutMandate(mandate),
    type: 'creditors.SupervisionMandateEnded',
    decision,
    facts: { reason },
    hidden: { mandateId: mandate.id, creditorId: mandate.creditorId },
  };
}
