/** What the creditors room says in the ledger about the authority of staff: exactly what every room's standing needs. */
import type { RoomEvent } from './creditor.event';
import type { StaffAuthorityRow } from './staff-authority.row';

type Decision = NonNullable<RoomEvent['decision']>;

function aboutAuthority({ id, creditorId }: StaffAuthorityRow): Pick<RoomEvent, 'typeVersion' | 'retention' | 'streams'> {
  return { typeVersion: 1, retention: 'STANDING', streams: [`creditor:${creditorId}`, `grant:${id}`] };
}

/** Without a decision when no rule was asked: the first operator's authority comes with the hub itself. */
export function staffAuthorityGranted(authority: StaffAuthorityRow, decision?: Decision): RoomEvent {
  return {
    ...aboutAuthority(authority),
    type: 'creditors.StaffAuthorityGranted',
    ...(decision === undefined ? {} : { decision }),
    facts: {
      purposes: authority.purposes,
      categories: authority.categories,
      scopes: authority.scopes,
      from: authority.validFrom.toISOString(),
      until: authority.validUntil.toISOString(),
    },
    hidden: { authorityId: authority.id, staffSub: authority.staffSub, creditorId: authority.creditorId },
  };
}

export function staffAuthorityRevoked(authority: StaffAuthorityRow, reason: string, decision: Decision): RoomEvent {
  return {
    ...aboutAuthority(authority),
    type: 'creditors.StaffAuthorityRevoked',
    decision,
    facts: { reason },
    hidden: { authorityId: authority.id, creditorId: authority.creditorId },
  };
}
