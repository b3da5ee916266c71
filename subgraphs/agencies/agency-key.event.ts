/** What the agencies room says in the ledger about keys: from these entries every room learns what to verify with. */
import type { Decision, RoomEvent } from './agency.event';
import type { AgencyKeyRow } from './agency-key.row';

type Registered = Pick<AgencyKeyRow, 'thumbprint' | 'agencyId' | 'algorithm' | 'spki' | 'validUntil'>;

/** `possession` stands in the entry, so that whoever may read it can see that the agency held the key. */
export function agencyKeyRegistered(key: Registered, possession: string, decision: Decision): RoomEvent {
  return {
    type: 'agencies.AgencyKeyRegistered',
    typeVersion: 1,
    retention: 'STANDING',
    decision,
    facts: { algorithm: key.algorithm, validUntil: key.validUntil.toISOString() },
    hidden: { agencyId: key.agencyId, thumbprint: key.thumbprint, publicKey: key.spki, possession },
    streams: [`agency:${key.agencyId}`],
  };
}

export function agencyKeyRevoked({ thumbprint, agencyId }: Registered, reason: string, decision: Decision): RoomEvent {
  return {
    type: 'agencies.AgencyKeyRevoked',
    typeVersion: 1,
    retention: 'STANDING',
    decision,
    facts: { reason },
    hidden: { agencyId, thumbprint },
    streams: [`agency:${agencyId}`],
  };
}
