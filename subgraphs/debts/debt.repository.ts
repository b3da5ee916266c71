/**
 * Reads and writes debts under the row scope of who asks. A debt that is absent and one that is out of scope are answered
 * alike, by the same statement.
 */
import { askedScope, NOTHING_ASKED, type AskedScope } from '../../kernel/asked-scope';
import type { RoomContext } from '../../kernel/context';
import { readPage, readPageOfEach, type KeyColumn, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page, SortKey } from '../../schema/page';
import type { Components } from './components';
import { DebtRow } from './debt.row';

const BALANCE = 'principal_minor as principal, interest_minor as interest, penalty_interest_minor as "penaltyInterest", fee_minor as fee, cost_minor as cost';

export const DEBT_COLUMNS = `id, creditor_id as "creditorId", borrower_id as "borrowerId", reference, product, region, currency, ${BALANCE},
  days_past_due as "daysPastDue", as_of::text as "asOf", delinquent_since::text as "delinquentSince", state, determination_id as "determinationId",
  amount_as_of::text as "amountAsOf", last_payment_on::text as "lastPaymentOn", registered_at as "registeredAt", batch_id as "batchId"`;

const BY_ID: KeyColumn = { name: 'id collate "C"', type: 'text' };
const DEBTS: KeysetList = { table: 'debt', columns: DEBT_COLUMNS, order: [BY_ID] };
/** The same debts, reached from the grants of an agency. */
const GRANTED: KeysetList = { table: 'granted_debt', columns: DEBT_COLUMNS, order: [{ name: 'granted_id collate "C"', type: 'text' }] };

export const DEBT_SORT = 'debts:id';
export const debtKey = (row: DebtRow): SortKey => [row.id];

export function loadDebt(context: RoomContext, id: string): Promise<DebtRow | null> {
  return context
    .loader<string, DebtRow | null>('debts.byId', async (transaction, ids) => {
      const rows = await transaction.prepared<DebtRow>('debts_by_id', `select ${DEBT_COLUMNS} from debt where id = any($1)`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    })
    .load(id);
}

/** Only a list of their own creditor narrows what staff and regulators see; for the others the argument does not exist. */
export async function pageOfDebts(context: RoomContext, page: Page, creditorId: string | null): Promise<DebtRow[]> {
  const { actor } = context;
  const transaction = await context.read();
  if (actor.audience === 'PARTNER') return readPage(transaction, GRANTED, { condition: 'holder = $1', values: [actor.org], shape: 'holder' }, page);
  return readPage(transaction, DEBTS, debtsAskedBy(context, creditorId), page);
}

function debtsAskedBy({ actor }: RoomContext, creditorId: string | null): AskedScope {
  if (actor.audience === 'BORROWER') {
    return { condition: 'borrower_id = any(array(select borrower_id from standing_person where person_id = $1))', values: [actor.sub], shape: 'self' };
  }
  if (creditorId === null) return askedScope(actor, { creditor: 'creditor_id' });
  if (actor.audience === 'INTERNAL' && creditorId !== actor.org) return NOTHING_ASKED;
  return { condition: 'creditor_id = $1', values: [creditorId], shape: 'creditor' };
}

export function pageOfParent(context: RoomContext, parent: 'creditor_id' | 'borrower_id', parentId: string, page: Page): Promise<DebtRow[]> {
  const name = `debts.of ${parent} ${JSON.stringify([page.forward, page.size, page.after, page.before])}`;
  return context.loader<string, DebtRow[]>(name, (transaction, parents) => readPageOfEach<DebtRow>(transaction, DEBTS, parent, parents, page)).load(parentId);
}

/** Locks the debt against every other command on it; null when it is absent or out of scope. */
export async function lockDebt(transaction: Transaction, id: string): Promise<DebtRow | null> {
  const [row] = await transaction.query<DebtRow>(`select ${DEBT_COLUMNS} from debt where id = $1 for update`, [id]);
  return row ?? null;
}

export async function isReferenceUsed(transaction: Transaction, creditorId: string, reference: string): Promise<boolean> {
  const rows = await transaction.query('select 1 from debt where creditor_id = $1 and reference = $2', [creditorId, reference]);
  return rows.length > 0;
}

export async function insertDebt(transaction: WriteTransaction, row: DebtRow): Promise<void> {
  await transaction.manager.insert(DebtRow, row);
}

/** What a command may change of a debt. */
export type DebtChange = Partial<Components & Pick<DebtRow, 'state' | 'determinationId' | 'amountAsOf' | 'lastPaymentOn'>>;

export async function changeDebt(transaction: WriteTransaction, id: string, change: DebtChange): Promise<void> {
  await transaction.manager.update(DebtRow, { id }, change);
}
