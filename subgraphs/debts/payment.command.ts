/**
 * Records money received. Staff record what reached the creditor; an agency reports what reached it, for a debt it holds an
 * open grant on. A payment that settles a debt ends a proposal nobody has answered: there is nothing left to place.
 */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome, type CommandWork } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { minus, type Components } from './components';
import { stateOf } from './debt';
import { debtSettled, debtStreams, paymentRecorded } from './debt.event';
import { changeDebt, lockDebt } from './debt.repository';
import { owedOf, type DebtRow } from './debt.row';
import { allocate, refusePayment } from './payment';
import { insertPayment } from './payment.repository';
import type { PaymentRow } from './payment.row';
import type { RecordPaymentInput } from './payment.type';
import { takeStep } from './placement';
import { placementEvent } from './placement.event';
import { changePlacement, lockProposal } from './placement.repository';
import { businessDate } from './rule-pack';

function newPayment(input: RecordPaymentInput, debt: DebtRow, by: { agencyId: string | null; allocation: Components; now: Date }): PaymentRow {
  return {
    id: newId('payment'),
    debtId: debt.id,
    creditorId: debt.creditorId,
    borrowerId: debt.borrowerId,
    amountMinor: input.amount.minor,
    currency: input.amount.currency,
    receivedOn: input.receivedOn,
    source: by.agencyId === null ? 'CREDITOR' : 'AGENCY',
    payer: input.payer ?? null,
    designation: [...(input.designation ?? [])],
    ...by.allocation,
    reportedByAgency: by.agencyId,
    recordedAt: by.now,
  };
}

/** A settled debt leaves no proposal open; placements that were taken up are closed by the creditor, with their reckoning. */
async function settle(work: CommandWork, { id, creditorId, borrowerId }: DebtRow, settledOn: string): Promise<void> {
  const { transaction } = work;
  await work.record(debtSettled({ id, creditorId, borrowerId, settledOn }));
  const proposal = await lockProposal(transaction, id);
  if (proposal === null) return;
  const step = takeStep(proposal.state, 'close', 'CREDITOR');
  if (!step.ok) return;
  const after = { state: step.state, reason: 'SETTLED' };
  await changePlacement(transaction, proposal.id, { ...after, changedAt: transaction.now });
  await work.record(placementEvent('debts.PlacementClosed', proposal, after));
}

export async function recordPayment(context: RoomContext, input: RecordPaymentInput): Promise<CommandOutcome> {
  const { actor } = context;
  return runCommand(context, {
    name: 'recordPayment',
    scope: 'payments:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      // An agency may write only on what it holds now; row scope shows it the debts of its open grants and no others.
      if (actor.audience === 'PARTNER') work.requireCurrentStanding();
      else staffCreditor(actor);
      const debt = await lockDebt(transaction, input.debtId);
      if (debt === null) throw new HubError('NOT_FOUND', 'There is no such debt.');
      const owed = owedOf(debt);
      const { amount, receivedOn } = input;
      const refusal = refusePayment({ owed, owedCurrency: debt.currency, amountMinor: amount.minor, currency: amount.currency, receivedOn, today: businessDate(transaction.now) });
      if (refusal !== null) return { refusal, hidden: { debtId: debt.id, creditorId: debt.creditorId }, streams: debtStreams(debt.id, debt) };
      const allocation = allocate(owed, amount.minor, input.designation ?? []);
      const left = minus(owed, allocation);
      const payment = newPayment(input, debt, { agencyId: actor.audience === 'PARTNER' ? actor.org : null, allocation, now: transaction.now });
      await insertPayment(transaction, payment);
      const lastPaymentOn = debt.lastPaymentOn !== null && debt.lastPaymentOn > receivedOn ? debt.lastPaymentOn : receivedOn;
      await changeDebt(transaction, debt.id, { ...left, state: stateOf(left), lastPaymentOn });
      await work.record(paymentRecorded(payment, allocation));
      if (stateOf(left) === 'PAID') await settle(work, debt, lastPaymentOn);
      return { id: payment.id };
    },
  });
}
