/**
 * Orders the erasure of one borrower: rules first, then the order and its entry in one transaction. Destroys nothing itself; the
 * follower does, once the entry is in the ledger, so that no key is ever gone without a record of why.
 */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import type { StreamName } from '../../schema/vocabulary';
import { loadScopeOf } from './borrower.repository';
import { ERASURE_RULE_PACK, erasureRules, refuseErasure } from './erasure';
import { borrowerErased } from './erasure.event';
import { insertErasure, lockErasure, standingOfErasure } from './erasure.repository';
import type { EraseBorrowerInput } from './erasure.type';

export function eraseBorrower(context: RoomContext, input: EraseBorrowerInput): Promise<CommandOutcome> {
  const { borrowerId, basis } = input;
  const creditorId = staffCreditor(context.actor);
  return runCommand(context, {
    name: 'eraseBorrower',
    scope: 'erasures:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      if ((await loadScopeOf(transaction, borrowerId)) === null) throw new HubError('NOT_FOUND', 'There is no such borrower in your scope.', { argument: 'input.borrowerId' });
      // Whether an agency still holds a grant or a debt is still owed is known only from the ledger.
      work.requireCurrentStanding();
      await lockErasure(transaction, borrowerId);
      const refusal = refuseErasure(await standingOfErasure(transaction, borrowerId), { basis, now: transaction.now });
      // Not in the borrower's own stream: he is not told of a hold.
      const streams: StreamName[] = [`creditor:${creditorId}`];
      if (refusal !== null) return { refusal, hidden: { borrowerId, creditorId }, streams };
      const erasure = { borrowerId, creditorId, basis, backupRetentionDays: context.services.backupRetentionDays, orderedAt: transaction.now, erasedAt: null, ledgerIndex: null };
      await insertErasure(transaction, erasure);
      await work.record({ ...borrowerErased(erasure), decision: work.allowedBy(ERASURE_RULE_PACK, erasureRules(basis)) });
      return { id: borrowerId };
    },
  });
}
