/** Reads and writes determinations of amounts under the row scope of who asks. Changes none. */
import type { RoomContext } from '../../kernel/context';
import { readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { WriteTransaction } from '../../kernel/transaction';
import type { Page, SortKey } from '../../schema/page';
import { DeterminationRow } from './determination.row';

const COLUMNS = `id, debt_id as "debtId", creditor_id as "creditorId", borrower_id as "borrowerId", as_of::text as "asOf", method, currency,
  principal_minor as principal, interest_minor as interest, penalty_interest_minor as "penaltyInterest", fee_minor as fee, cost_minor as cost,
  inputs_hash as "inputsHash", approver_sub as "approverSub", supersedes, determined_at as "determinedAt"`;

const LIST: KeysetList = {
  table: 'amount_determination',
  columns: COLUMNS,
  order: [
    { name: 'determined_at', type: 'timestamptz' },
    { name: 'id collate "C"', type: 'text' },
  ],
};

export const DETERMINATION_SORT = 'determinations:determinedAt,id';
export const determinationKey = (row: DeterminationRow): SortKey => [row.determinedAt.toISOString(), row.id];

export function loadDetermination(context: RoomContext, id: string): Promise<DeterminationRow | null> {
  return context
    .loader<string, DeterminationRow | null>('determinations.byId', async (transaction, ids) => {
      const rows = await transaction.prepared<DeterminationRow>('determinations_by_id', `select ${COLUMNS} from amount_determination where id = any($1)`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    })
    .load(id);
}

export function pageOfDeterminations(context: RoomContext, debtId: string, page: Page): Promise<DeterminationRow[]> {
  const name = `determinations.ofDebt ${JSON.stringify([page.forward, page.size, page.after, page.before])}`;
  return context.loader<string, DeterminationRow[]>(name, (transaction, debts) => readPageOfEach<DeterminationRow>(transaction, LIST, 'debt_id', debts, page)).load(debtId);
}

export async function insertDetermination(transaction: WriteTransaction, row: DeterminationRow): Promise<void> {
  await transaction.manager.insert(DeterminationRow, row);
}
