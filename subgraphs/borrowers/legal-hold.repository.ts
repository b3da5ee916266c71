/** Reads and keeps legal holds inside the transaction of one actor. Row-level security decides which; a hold is never deleted. */
import type { RoomContext } from '../../kernel/context';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import { LegalHoldRow } from './legal-hold.row';

const COLUMNS = 'id, borrower_id as "borrowerId", creditor_id as "creditorId", basis, placed_at as "placedAt", lifted_at as "liftedAt"';

export function loadLegalHold(context: RoomContext, id: string): Promise<LegalHoldRow | null> {
  const loader = context.loader('hold.byId', async (transaction, ids: readonly string[]) => {
    const rows = await transaction.prepared<LegalHoldRow>('holds_by_id', `select ${COLUMNS} from legal_hold where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((wanted) => byId.get(wanted) ?? null);
  });
  return loader.load(id);
}

/** All holds of a borrower, oldest first: a handful each. */
export function loadLegalHolds(context: RoomContext, borrowerId: string): Promise<readonly LegalHoldRow[]> {
  const loader = context.loader('hold.ofBorrower', async (transaction, borrowerIds: readonly string[]) => {
    const rows = await transaction.prepared<LegalHoldRow>('holds_of_borrowers', `select ${COLUMNS} from legal_hold where borrower_id = any($1) order by placed_at, id`, [borrowerIds]);
    const byBorrower = new Map<string, LegalHoldRow[]>(borrowerIds.map((wanted) => [wanted, []]));
    for (const row of rows) byBorrower.get(row.borrowerId)?.push(row);
    return borrowerIds.map((wanted) => byBorrower.get(wanted) ?? []);
  });
  return loader.load(borrowerId);
}

export async function findLegalHold(transaction: Transaction, id: string): Promise<LegalHoldRow | null> {
  const [row] = await transaction.prepared<LegalHoldRow>('hold_by_id', `select ${COLUMNS} from legal_hold where id = $1`, [id]);
  return row ?? null;
}

export async function insertLegalHold(transaction: WriteTransaction, row: LegalHoldRow): Promise<void> {
  await transaction.manager.insert(LegalHoldRow, row);
}

export async function liftHold(transaction: WriteTransaction, id: string, liftedAt: Date): Promise<void> {
  await transaction.manager.update(LegalHoldRow, { id }, { liftedAt });
}
