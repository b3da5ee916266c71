/** Signs and terminates entrustment agreements: rules first, then the row and its event in one transaction. */
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { requireActingStaff } from './acting-staff.command';
import {
  AGREEMENT_RULE_PACK,
  checkAgreement,
  refuseSigning,
  refuseTermination,
  SIGNING_RULES,
  TERMINATION_RULES,
  type AgreementTerms,
} from './entrustment-agreement';
import { agreementSigned, agreementTerminated } from './entrustment-agreement.event';
import { entrustmentAgreementRepository } from './entrustment-agreement.repository';
import type { EntrustmentAgreementRow } from './entrustment-agreement.row';

const SCOPE = 'agreements:write';

export interface AgreementSigning extends Omit<AgreementTerms, 'validFrom' | 'validUntil' | 'daysPastDueMax'> {
  readonly clientKey: string;
  readonly daysPastDueMax?: number | null;
  readonly from: Date;
  readonly until: Date;
}

export interface AgreementTermination {
  readonly clientKey: string;
  readonly agreementId: string;
  readonly reason: string;
}

function rowOfAgreement(creditorId: string, input: AgreementSigning, signedAt: Date): EntrustmentAgreementRow & AgreementTerms {
  const { agencyId, daysPastDueMin, subDelegation, documentHash } = input;
  const { tiers, capBasisPoints } = input.feeSchedule;
  return {
    id: newId('agreement'),
    creditorId,
    agencyId,
    products: [...new Set(input.products)],
    regions: [...new Set(input.regions)],
    daysPastDueMin,
    daysPastDueMax: input.daysPastDueMax ?? null,
    purposes: [...new Set(input.purposes)],
    categories: [...new Set(input.categories)],
    channels: [...new Set(input.channels)],
    feeSchedule: { tiers: tiers.map(({ daysPastDueFrom, basisPoints }) => ({ daysPastDueFrom, basisPoints })), capBasisPoints },
    validFrom: input.from,
    validUntil: input.until,
    subDelegation,
    documentHash,
    signedAt,
    terminatedAt: null,
    terminationReason: null,
  };
}

export function signAgreement(context: RoomContext, input: AgreementSigning): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'signAgreement',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId } = await requireActingStaff(context.actor, transaction, SCOPE);
      const agreement = rowOfAgreement(creditorId, input, transaction.now);
      checkAgreement(agreement, transaction.now);
      if (!(await entrustmentAgreementRepository.isAgencyKnown(transaction, agreement.agencyId))) {
        throw new HubError('NOT_FOUND', 'No agency of this id is in the ledger, as far as this room has followed it.', { argument: 'input.agencyId' });
      }
      const refusal = refuseSigning(agreement);
      if (refusal !== null) return { refusal, hidden: { creditorId, agencyId: agreement.agencyId }, streams: [`creditor:${creditorId}`] };
      await entrustmentAgreementRepository.insert(transaction, agreement);
      await work.record(agreementSigned(agreement, work.allowedBy(AGREEMENT_RULE_PACK, SIGNING_RULES)));
      return { id: agreement.id };
    },
  });
}

export function terminateAgreement(context: RoomContext, input: AgreementTermination): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'terminateAgreement',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId } = await requireActingStaff(context.actor, transaction, SCOPE);
      const agreement = await entrustmentAgreementRepository.lockById(transaction, input.agreementId);
      if (agreement === null) throw new HubError('NOT_FOUND', 'There is no such agreement in your scope.', { argument: 'input.agreementId' });
      const refusal = refuseTermination(agreement, transaction.now);
      if (refusal !== null) return { refusal, hidden: { creditorId, agreementId: agreement.id, agencyId: agreement.agencyId }, streams: [`creditor:${creditorId}`] };
      await entrustmentAgreementRepository.terminate(transaction, agreement.id, transaction.now, input.reason);
      await work.record(agreementTerminated(agreement, input.reason, work.allowedBy(AGREEMENT_RULE_PACK, TERMINATION_RULES)));
      return { id: agreement.id };
    },
  });
}
