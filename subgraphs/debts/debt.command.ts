/** Registers single debts. Whole portfolios come through the import, which says the same to the ledger. */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { InputError } from '../../schema/input-error';
import { newId } from '../../schema/ids';
import { parseComponents } from './balance.type';
import { daysBefore, type Components } from './components';
import { CODE, REFERENCE_CHARACTERS_MAX, refuseRegistration } from './debt';
import { debtRegistered } from './debt.event';
import { insertDebt, isReferenceUsed } from './debt.repository';
import type { DebtRow } from './debt.row';
import type { RegisterDebtInput } from './debt.type';
import { businessDate } from './rule-pack';
import { isBorrowerOf, readerOf } from './standing.repository';

/** A debt overdue for longer than a working life is a mistake of the caller. */
const DAYS_PAST_DUE_MAX = 36_500;

function checkForm(input: RegisterDebtInput): Components {
  if (input.reference.trim() === '' || input.reference.length > REFERENCE_CHARACTERS_MAX) {
    throw new InputError('input.reference', `A reference number has 1 to ${REFERENCE_CHARACTERS_MAX} characters.`);
  }
  if (!CODE.test(input.product)) throw new InputError('input.product', 'A product code has 1 to 40 capitals, digits, `_` or `-`.');
  if (!CODE.test(input.region)) throw new InputError('input.region', 'A region code has 1 to 40 capitals, digits, `_` or `-`.');
  if (input.daysPastDue < 0 || input.daysPastDue > DAYS_PAST_DUE_MAX) throw new InputError('input.daysPastDue', `Days past due are 0 to ${DAYS_PAST_DUE_MAX}.`);
  return parseComponents(input.components, 'input.components');
}

function newDebt(input: RegisterDebtInput, at: { creditorId: string; owed: Components; now: Date }): DebtRow {
  return {
    id: newId('debt'),
    creditorId: at.creditorId,
    borrowerId: input.borrowerId,
    reference: input.reference,
    product: input.product,
    region: input.region,
    currency: input.currency,
    ...at.owed,
    daysPastDue: input.daysPastDue,
    asOf: input.asOf,
    delinquentSince: daysBefore(input.asOf, input.daysPastDue),
    state: 'OPEN',
    determinationId: null,
    amountAsOf: null,
    lastPaymentOn: null,
    registeredAt: at.now,
    batchId: null,
  };
}

/** Another creditor's borrower is not found, exactly like one that does not exist. */
export async function registerDebt(context: RoomContext, input: RegisterDebtInput): Promise<CommandOutcome> {
  const owed = checkForm(input);
  const { actor } = context;
  return runCommand(context, {
    name: 'registerDebt',
    scope: 'debts:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      staffCreditor(actor);
      if (!(await isBorrowerOf(readerOf(transaction), input.borrowerId, actor.org))) throw new HubError('NOT_FOUND', 'There is no such borrower.');
      const refusal = refuseRegistration({
        owed,
        asOf: input.asOf,
        today: businessDate(transaction.now),
        isReferenceUsed: await isReferenceUsed(transaction, actor.org, input.reference),
      });
      if (refusal !== null) {
        const concerned = { borrowerId: input.borrowerId, creditorId: actor.org };
        return { refusal, hidden: concerned, streams: [`borrower:${input.borrowerId}`, `creditor:${actor.org}`] };
      }
      const debt = newDebt(input, { creditorId: actor.org, owed, now: transaction.now });
      await insertDebt(transaction, debt);
      await work.record(debtRegistered(debt));
      return { id: debt.id };
    },
  });
}
