/** What the ledger is told about return or destruction: that it is due when access ends, and what the agency attested. */
import type { CommandEvent } from '../../kernel/command';
import type { AttestationRow } from './attestation.row';
import { placementStreams } from './placement.event';
import type { PlacementRow } from './placement.row';
import { ATTESTATION_RULE_PACK } from './rule-pack';

/** The bound as it was when access ended: a later rule pack does not move it. */
export function returnOrDestructionDue(row: PlacementRow, grantId: string, attestBy: Date): CommandEvent {
  return {
    type: 'debts.ReturnOrDestructionDue',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    facts: { attestBy: attestBy.toISOString(), rulePack: ATTESTATION_RULE_PACK },
    hidden: { placementId: row.id, debtId: row.debtId, borrowerId: row.borrowerId, creditorId: row.creditorId, agencyId: row.agencyId, grantId },
    streams: placementStreams(row),
  };
}

interface Attested {
  readonly attestation: AttestationRow;
  readonly isLate: boolean;
  readonly decision: NonNullable<CommandEvent['decision']>;
}

/** The signature stands in the entry, so that whoever may read it can verify it without asking this hub. */
export function returnOrDestructionAttested(row: PlacementRow, { attestation, isLate, decision }: Attested): CommandEvent {
  const { method, basis, retainedUntil, evidenceHash, thumbprint, signature } = attestation;
  return {
    type: 'debts.ReturnOrDestructionAttested',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    decision,
    facts: { method, late: isLate, ...(basis === null ? {} : { basis }), ...(retainedUntil === null ? {} : { retainedUntil }) },
    hidden: {
      placementId: row.id,
      debtId: row.debtId,
      borrowerId: row.borrowerId,
      creditorId: row.creditorId,
      agencyId: row.agencyId,
      agreementId: row.agreementId,
      ...(evidenceHash === null ? {} : { evidenceHash }),
      ...(thumbprint === null || signature === null ? {} : { thumbprint, signature }),
    },
    streams: placementStreams(row),
  };
}
