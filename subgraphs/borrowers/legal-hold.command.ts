/** Places and lifts legal holds: rules first, then the row and its entry in one transaction. Lifts a hold once and forgets none. */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { loadScopeOf } from './borrower.repository';
import { ERASURE_RULE_PACK } from './erasure';
import { legalHoldLifted, legalHoldPlaced } from './erasure.event';
import { isErasureOrdered, lockErasure } from './erasure.repository';
import { LIFT_RULES, PLACE_RULES, refuseLifting, refusePlacing } from './legal-hold';
import { findLegalHold, insertLegalHold, liftHold } from './legal-hold.repository';
import type { LiftLegalHoldInput, PlaceLegalHoldInput } from './legal-hold.type';

const SCOPE = 'holds:write';

export function placeLegalHold(context: RoomContext, input: PlaceLegalHoldInput): Promise<CommandOutcome> {
  const { borrowerId, basis } = input;
  const creditorId = staffCreditor(context.actor);
  return runCommand(context, {
    name: 'placeLegalHold',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      if ((await loadScopeOf(transaction, borrowerId)) === null) throw new HubError('NOT_FOUND', 'There is no such borrower in your scope.', { argument: 'input.borrowerId' });
      await lockErasure(transaction, borrowerId);
      const refusal = refusePlacing({ isErasureOrdered: await isErasureOrdered(transaction, borrowerId) });
      if (refusal !== null) return { refusal, hidden: { borrowerId, creditorId }, streams: [`creditor:${creditorId}`] };
      const hold = { id: newId('hold'), borrowerId, creditorId, basis, placedAt: transaction.now, liftedAt: null };
      await insertLegalHold(transaction, hold);
      await work.record({ ...legalHoldPlaced(hold), decision: work.allowedBy(ERASURE_RULE_PACK, PLACE_RULES) });
      return { id: hold.id };
    },
  });
}

export function liftLegalHold(context: RoomContext, input: LiftLegalHoldInput): Promise<CommandOutcome> {
  const creditorId = staffCreditor(context.actor);
  return runCommand(context, {
    name: 'liftLegalHold',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const found = await findLegalHold(transaction, input.legalHoldId);
      if (found === null) throw new HubError('NOT_FOUND', 'There is no such legal hold in your scope.', { argument: 'input.legalHoldId' });
      await lockErasure(transaction, found.borrowerId);
      // Again, under the lock: a colleague may have lifted it meanwhile.
      const hold = (await findLegalHold(transaction, found.id)) ?? found;
      const refusal = refuseLifting(hold);
      if (refusal !== null) return { refusal, hidden: { holdId: hold.id, creditorId }, streams: [`creditor:${creditorId}`] };
      await liftHold(transaction, hold.id, transaction.now);
      await work.record({ ...legalHoldLifted(hold), decision: work.allowedBy(ERASURE_RULE_PACK, LIFT_RULES) });
      return { id: hold.id };
    },
  });
}
