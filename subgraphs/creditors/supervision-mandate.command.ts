/** Records and ends the mandates of regulators over the creditor: rules first, then the row and its event together. */
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { DATA_CATEGORIES, type DataCategory } from '../../schema/vocabulary';
import { requireActingStaff } from './acting-staff.command';
import {
  checkMandate,
  MANDATE_END_RULES,
  MANDATE_GRANT_RULES,
  MANDATE_PURPOSES,
  MANDATE_RULE_PACK,
  refuseMandate,
  refuseMandateEnd,
  type MandateTerms,
} from './supervision-mandate';
import { supervisionMandateEnded, supervisionMandateGranted } from './supervision-mandate.event';
import { supervisionMandateRepository } from './supervision-mandate.repository';
import type { SupervisionMandateRow } from './supervision-mandate.row';

const SCOPE = 'mandates:write';

export interface MandateGrant {
  readonly clientKey: string;
  readonly regulatorId: string;
  readonly categories?: readonly DataCategory[] | null;
  readonly basis: string;
  readonly from?: Date | null;
  readonly until: Date;
}

export interface MandateEnd {
  readonly clientKey: string;
  readonly mandateId: string;
  readonly reason: string;
}

/** A supervisor is shown everything under its mandate unless the mandate itself says less. */
function termsOf(input: MandateGrant, now: Date): MandateTerms {
  const { regulatorId, categories, basis, from, until } = input;
  return { regulatorId, categories: [...new Set(categories ?? DATA_CATEGORIES)], basis, validFrom: from ?? now, validUntil: until };
}

export function rowOfMandate(creditorId: string, terms: MandateTerms, grantedAt: Date): SupervisionMandateRow {
  return {
    ...terms,
    id: newId('mandate'),
    creditorId,
    purposes: [...MANDATE_PURPOSES],
    categories: [...terms.categories],
    grantedAt,
    endedAt: null,
    endReason: null,
  };
}

export function grantSupervisionMandate(context: RoomContext, input: MandateGrant): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'grantSupervisionMandate',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId } = await requireActingStaff(context.actor, transaction, SCOPE);
      const terms = termsOf(input, transaction.now);
      checkMandate(terms, transaction.now);
      const refusal = refuseMandate(terms);
      if (refusal !== null) return { refusal, hidden: { creditorId, regulatorId: terms.regulatorId }, streams: [`creditor:${creditorId}`] };
      const mandate = rowOfMandate(creditorId, terms, transaction.now);
      await supervisionMandateRepository.insert(transaction, mandate);
      await work.record(supervisionMandateGranted(mandate, work.allowedBy(MANDATE_RULE_PACK, MANDATE_GRANT_RULES)));
      return { id: mandate.id };
    },
  });
}

export function endSupervisionMandate(context: RoomContext, input: MandateEnd): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'endSupervisionMandate',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId } = await requireActingStaff(context.actor, transaction, SCOPE);
      const mandate = await supervisionMandateRepository.lockById(transaction, input.mandateId);
      if (mandate === null) throw new HubError('NOT_FOUND', 'There is no such mandate in your scope.', { argument: 'input.mandateId' });
      const refusal = refuseMandateEnd(mandate, transaction.now);
      if (refusal !== null) return { refusal, hidden: { creditorId, mandateId: mandate.id }, streams: [`creditor:${creditorId}`] };
      await supervisionMandateRepository.end(transaction, mandate.id, transaction.now, input.reason);
      await work.record(supervisionMandateEnded(mandate, input.reason, work.allowedBy(MANDATE_RULE_PACK, MANDATE_END_RULES)));
      return { id: mandate.id };
    },
  });
}
