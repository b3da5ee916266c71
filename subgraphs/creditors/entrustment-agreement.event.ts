/** What the creditors room says in the ledger about agreements: the record of entrustment that PIPL Art. 21 asks to agree. */
import type { Json } from '../../kernel/event-draft';
import type { RoomEvent } from './creditor.event';
import type { EntrustmentAgreementRow } from './entrustment-agreement.row';
import type { FeeSchedule } from './fee-schedule';

type Decision = NonNullable<RoomEvent['decision']>;

/** Kept as a record of entrustment, at least three years after its end (Network Data Security Regulations Art. 12). */
function aboutAgreement({ id, creditorId, agencyId }: EntrustmentAgreementRow): Pick<RoomEvent, 'typeVersion' | 'retention' | 'streams'> {
  return { typeVersion: 1, retention: 'SHARE_RECORD', streams: [`creditor:${creditorId}`, `agency:${agencyId}`, `grant:${id}`] };
}

function feeFacts({ tiers, capBasisPoints }: FeeSchedule): Json {
  return { tiers: tiers.map(({ daysPastDueFrom, basisPoints }) => ({ daysPastDueFrom, basisPoints })), capBasisPoints };
}

export function agreementSigned(agreement: EntrustmentAgreementRow, decision: Decision): RoomEvent {
  return {
    ...aboutAgreement(agreement),
    type: 'creditors.AgreementSigned',
    decision,
    facts: {
      products: agreement.products,
      regions: agreement.regions,
      daysPastDueMin: agreement.daysPastDueMin,
      daysPastDueMax: agreement.daysPastDueMax,
      purposes: agreement.purposes,
      categories: agreement.categories,
      channels: agreement.channels,
      feeSchedule: feeFacts(agreement.feeSchedule),
      from: agreement.validFrom.toISOString(),
      until: agreement.validUntil.toISOString(),
      subDelegation: agreement.subDelegation,
    },
    hidden: { agreementId: agreement.id, creditorId: agreement.creditorId, agencyId: agreement.agencyId, documentHash: agreement.documentHash },
  };
}

export function agreementTerminated(agreement: EntrustmentAgreementRow, reason: string, decision: Decision): RoomEvent {
  return {
    ...aboutAgreement(agreement),
    type: 'creditors.AgreementTerminated',
    decision,
    facts: { reason },
    hidden: { agreementId: agreement.id, creditorId: agreement.creditorId, agencyId: agreement.agencyId },
  };
}
