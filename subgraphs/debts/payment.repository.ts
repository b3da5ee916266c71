/** Reads and writes payments under the row scope of who asks. Changes none. */
import type { RoomContext } from '../../kernel/context';
import { readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { WriteTransaction } from '../../kernel/transaction';
import type { Page, SortKey } from '../../schema/page';
import { PaymentRow } from './payment.row';

const COLUMNS = `id, debt_id as "debtId", creditor_id as "creditorId", borrower_id as "borrowerId", amount_minor as "amountMinor", currency,
  received_on::text as "receivedOn", source, payer, designation, principal_minor as principal, interest_minor as interest,
  penalty_interest_minor as "penaltyInterest", fee_minor as fee, cost_minor as cost, reported_by_agency as "reportedByAgency", recorded_at as "recordedAt"`;

const LIST: KeysetList = {
  table: 'payment',
  columns: COLUMNS,
  order: [
    { name: 'received_on', type: 'date' },
    { name: 'id collate "C"', type: 'text' },
  ],
};

export const PAYMENT_SORT = 'payments:receivedOn,id';
export const paymentKey = (row: PaymentRow): SortKey => [row.receivedOn, row.id];

export function loadPayment(context: RoomContext, id: string): Promise<PaymentRow | null> {
  return context
    .loader<string, PaymentRow | null>('payments.byId', async (transaction, ids) => {
      const rows = await transaction.prepared<PaymentRow>('payments_by_id', `select ${COLUMNS} from payment where id = any($1)`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    })
    .load(id);
}

export function pageOfPayments(context: RoomContext, debtId: string, page: Page): Promise<PaymentRow[]> {
  const name = `payments.ofDebt ${JSON.stringify([page.forward, page.size, page.after, page.before])}`;
  return context.loader<string, PaymentRow[]>(name, (transaction, debts) => readPageOfEach<PaymentRow>(transaction, LIST, 'debt_id', debts, page)).load(debtId);
}

export async function insertPayment(transaction: WriteTransaction, row: PaymentRow): Promise<void> {
  await transaction.manager.insert(PaymentRow, row);
}
