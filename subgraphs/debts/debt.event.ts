/** What the ledger is told about debts, their amounts and payments. Amounts and delays are personal; ids are committed. */
import type { CommandEvent } from '../../kernel/command';
import type { StreamName } from '../../schema/vocabulary';
import type { Components } from './components';
import { owedOf, type DebtRow } from './debt.row';
import type { DeterminationRow } from './determination.row';
import type { PaymentRow } from './payment.row';

/** Whose event it is. */
interface Concerned {
  readonly creditorId: string;
  readonly borrowerId: string;
}

export function debtStreams(debtId: string, { creditorId, borrowerId }: Concerned): StreamName[] {
  return [`debt:${debtId}`, `borrower:${borrowerId}`, `creditor:${creditorId}`];
}

export type RegisteredDebt = Concerned & Components & Pick<DebtRow, 'id' | 'currency' | 'product' | 'region' | 'asOf' | 'daysPastDue'>;

export function debtRegistered(debt: RegisteredDebt): CommandEvent {
  return {
    type: 'debts.DebtRegistered',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    facts: { asOf: debt.asOf, currency: debt.currency, product: debt.product, region: debt.region },
    hidden: { debtId: debt.id, creditorId: debt.creditorId, borrowerId: debt.borrowerId },
    personal: { subject: debt.borrowerId, values: { components: owedOf(debt), daysPastDue: debt.daysPastDue } },
    streams: debtStreams(debt.id, debt),
  };
}

export function amountDetermined(row: DeterminationRow): CommandEvent {
  return {
    type: 'debts.AmountDetermined',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    facts: { asOf: row.asOf, method: row.method },
    hidden: { determinationId: row.id, debtId: row.debtId, creditorId: row.creditorId, borrowerId: row.borrowerId, inputsHash: row.inputsHash },
    personal: { subject: row.borrowerId, values: { components: owedOf(row) } },
    streams: debtStreams(row.debtId, row),
  };
}

/**
 * Carries no `expect`: money that arrived is recorded whatever became of the placement meanwhile. Refusing it at the
 * ledger would hide a fact, not undo it.
 */
export function paymentRecorded(row: PaymentRow, allocation: Components): CommandEvent {
  return {
    type: 'debts.PaymentRecorded',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    facts: { currency: row.currency, receivedOn: row.receivedOn },
    hidden: { paymentId: row.id, debtId: row.debtId, creditorId: row.creditorId, borrowerId: row.borrowerId },
    personal: { subject: row.borrowerId, values: { amountMinor: row.amountMinor, allocation } },
    streams: debtStreams(row.debtId, row),
  };
}

export type SettledDebt = Concerned & { readonly id: string; readonly settledOn: string };

/** That nothing is owed any more is no amount: other rooms count periods of retention from it. */
export function debtSettled({ id: debtId, creditorId, borrowerId, settledOn }: SettledDebt): CommandEvent {
  return {
    type: 'debts.DebtSettled',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    facts: { settledOn },
    hidden: { debtId, creditorId, borrowerId },
    streams: debtStreams(debtId, { creditorId, borrowerId }),
  };
}
