/**
 * Reads and keeps erasures inside the transaction of one actor, and what stands in their way. Refuses nothing itself; row-level
 * security decides which rows there are.
 */
import type { RoomContext } from '../../kernel/context';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { ErasureStanding } from './erasure';
import { ErasureRow } from './erasure.row';
import type { DebtRecords } from './statutory-retention';

const COLUMNS = `borrower_id as "borrowerId", creditor_id as "creditorId", basis, backup_retention_days as "backupRetentionDays", ordered_at as "orderedAt",
  erased_at as "erasedAt", ledger_index as "ledgerIndex"`;

export function loadErasure(context: RoomContext, borrowerId: string): Promise<ErasureRow | null> {
  const loader = context.loader('erasure.ofBorrower', async (transaction, borrowerIds: readonly string[]) => {
    const rows = await transaction.prepared<ErasureRow>('erasures_of_borrowers', `select ${COLUMNS} from erasure where borrower_id = any($1)`, [borrowerIds]);
    const byBorrower = new Map(rows.map((row) => [row.borrowerId, row]));
    return borrowerIds.map((wanted) => byBorrower.get(wanted) ?? null);
  });
  return loader.load(borrowerId);
}

/**
 * Holds and erasures of one borrower wait for each other: a hold placed in the moment of an erasure either stops it or finds it
 * ordered.
 */
export async function lockErasure(transaction: Transaction, borrowerId: string): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`erasure ${borrowerId}`]);
}

export async function isErasureOrdered(transaction: Transaction, borrowerId: string): Promise<boolean> {
  const rows = await transaction.prepared('erasure_ordered', 'select from erasure where borrower_id = $1', [borrowerId]);
  return rows.length > 0;
}

const STANDING = `select exists (select from erasure where borrower_id = $1) as "isOrdered",
  (select count(*)::int from legal_hold where borrower_id = $1 and lifted_at is null) as holds,
  (select count(*)::int from standing_right where kind = 'GRANT' and borrower_id = $1 and closed_at_index is null and valid_until > $2) as grants`;

const RECORDS = `select count(*) filter (where not d.settled)::int as "openDebts", max(d.recorded_at) as "recordedAt", max(d.shared_at) as "sharedAt",
  (select c.jurisdiction from standing_creditor c join borrower b on b.creditor_id = c.creditor_id where b.id = $1) as jurisdiction
  from standing_debt d where d.borrower_id = $1`;

/** Under the lock: what stands about this borrower. */
export async function standingOfErasure(transaction: Transaction, borrowerId: string): Promise<ErasureStanding> {
  const [standing] = await transaction.prepared<Omit<ErasureStanding, 'records'>>('erasure_standing', STANDING, [borrowerId, transaction.now]);
  const [records] = await transaction.prepared<DebtRecords>('debt_records', RECORDS, [borrowerId]);
  return { ...standing!, records: records! };
}

export async function insertErasure(transaction: WriteTransaction, row: ErasureRow): Promise<void> {
  await transaction.manager.insert(ErasureRow, row);
}
