/**
 * Reads and writes ContactPoints inside the transaction of one actor. Row-level security decides which; values stay sealed
 * here and are opened behind the release gate only.
 */
import type { RoomContext } from '../../kernel/context';
import type { WriteTransaction } from '../../kernel/transaction';
import { ContactPointRow } from './contact-point.row';

const COLUMNS = `id, borrower_id as "borrowerId", creditor_id as "creditorId", kind, value, source, status, added_at as "addedAt"`;

export function loadContactPoint(context: RoomContext, id: string): Promise<ContactPointRow | null> {
  const loader = context.loader('contact.byId', async (transaction, ids: readonly string[]) => {
    const rows = await transaction.prepared<ContactPointRow>('contacts_by_id', `select ${COLUMNS} from contact_point where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((wanted) => byId.get(wanted) ?? null);
  });
  return loader.load(id);
}

/** All contact points of a borrower, oldest first: a handful each, read once for every field that needs them. */
export function loadContactPoints(context: RoomContext, borrowerId: string): Promise<readonly ContactPointRow[]> {
  const loader = context.loader('contact.ofBorrower', async (transaction, borrowerIds: readonly string[]) => {
    const rows = await transaction.prepared<ContactPointRow>(
      'contacts_of_borrowers',
      `select ${COLUMNS} from contact_point where borrower_id = any($1) order by added_at, id`,
      [borrowerIds],
    );
    const byBorrower = new Map<string, ContactPointRow[]>(borrowerIds.map((wanted) => [wanted, []]));
    for (const row of rows) byBorrower.get(row.borrowerId)?.push(row);
    return borrowerIds.map((wanted) => byBorrower.get(wanted) ?? []);
  });
  return loader.load(borrowerId);
}

export async function insertContactPoints(transaction: WriteTransaction, rows: readonly ContactPointRow[]): Promise<void> {
  if (rows.length > 0) await transaction.manager.insert(ContactPointRow, [...rows]);
}
