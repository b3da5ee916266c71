/** Determines what is owed on a debt. The newest determination is current; the debt's balance becomes what it says. */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import { parseComponents } from './balance.type';
import { totalOf, type Components } from './components';
import { amountDetermined, debtStreams } from './debt.event';
import { changeDebt, lockDebt } from './debt.repository';
import type { DebtRow } from './debt.row';
import { refuseDetermination } from './determination';
import { insertDetermination } from './determination.repository';
import type { DeterminationRow } from './determination.row';
import type { DetermineAmountInput } from './determination.type';
import { businessDate } from './rule-pack';

function newDetermination(input: DetermineAmountInput, debt: DebtRow, by: { sub: string; owed: Components; now: Date }): DeterminationRow {
  return {
    id: newId('determination'),
    debtId: debt.id,
    creditorId: debt.creditorId,
    borrowerId: debt.borrowerId,
    asOf: input.asOf,
    method: input.method,
    currency: debt.currency,
    ...by.owed,
    inputsHash: input.inputsHash,
    approverSub: by.sub,
    supersedes: debt.determinationId,
    determinedAt: by.now,
  };
}

export async function determineAmount(context: RoomContext, input: DetermineAmountInput): Promise<CommandOutcome> {
  const owed = parseComponents(input.components, 'input.components');
  if (totalOf(owed) === 0) throw new InputError('input.components', 'A determination says what is owed; a debt is settled by its payments.');
  const { actor } = context;
  return runCommand(context, {
    name: 'determineAmount',
    scope: 'amounts:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      staffCreditor(actor);
      const debt = await lockDebt(transaction, input.debtId);
      if (debt === null) throw new HubError('NOT_FOUND', 'There is no such debt.');
      const refusal = refuseDetermination({
        asOf: input.asOf,
        today: businessDate(transaction.now),
        debtState: debt.state,
        currentAsOf: debt.amountAsOf,
        lastPaymentOn: debt.lastPaymentOn,
      });
      if (refusal !== null) return { refusal, hidden: { debtId: debt.id, creditorId: debt.creditorId }, streams: debtStreams(debt.id, debt) };
      const determination = newDetermination(input, debt, { sub: actor.sub, owed, now: transaction.now });
      await insertDetermination(transaction, determination);
      await changeDebt(transaction, debt.id, { ...owed, determinationId: determination.id, amountAsOf: input.asOf });
      await work.record(amountDetermined(determination));
      return { id: determination.id };
    },
  });
}
