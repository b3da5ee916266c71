/** Reads and keeps the authorities of a creditor's staff, under row scope. */
import type { Actor } from '../../kernel/actor';
import { askedScope } from '../../kernel/asked-scope';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { STAFF_AUTHORITY_COLUMNS, StaffAuthorityRow } from './staff-authority.row';

const LIST: KeysetList = {
  table: 'staff_authority',
  columns: STAFF_AUTHORITY_COLUMNS,
  order: [
    { name: 'granted_at', type: 'timestamptz' },
    { name: 'id', type: 'text' },
  ],
};

export const staffAuthorityRepository = {
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(StaffAuthorityRow | null)[]> {
    const rows = await transaction.prepared<StaffAuthorityRow>('staff_authority_by_ids', `select ${STAFF_AUTHORITY_COLUMNS} from staff_authority where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<StaffAuthorityRow[]> {
    return readPage(transaction, LIST, askedScope(actor, { creditor: 'creditor_id' }), page);
  },

  pageOfCreditors(transaction: Transaction, creditorIds: readonly string[], page: Page): Promise<StaffAuthorityRow[][]> {
    return readPageOfEach(transaction, LIST, 'creditor_id', creditorIds, page);
  },

  /** What one member of staff was ever granted by the creditor. */
  ofStaff(transaction: Transaction, creditorId: string, staffSub: string): Promise<StaffAuthorityRow[]> {
    return transaction.prepared('staff_authority_of_staff', `select ${STAFF_AUTHORITY_COLUMNS} from staff_authority where creditor_id = $1 and staff_sub = $2`, [
      creditorId,
      staffSub,
    ]);
  },

  /** Every authority ever granted by the creditor: the rules that keep it governable look at all of them. */
  ofCreditor(transaction: Transaction, creditorId: string): Promise<StaffAuthorityRow[]> {
    return transaction.query(`select ${STAFF_AUTHORITY_COLUMNS} from staff_authority where creditor_id = $1 order by granted_at, id`, [creditorId]);
  },

  /**
   * Changes to the authorities of one creditor wait for each other: two colleagues who revoke each other at the same
   * moment would otherwise both be the last but one.
   */
  async lockOfCreditor(transaction: Transaction, creditorId: string): Promise<void> {
    await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`authorities ${creditorId}`]);
  },

  async insert(transaction: WriteTransaction, row: StaffAuthorityRow): Promise<void> {
    await transaction.manager.insert(StaffAuthorityRow, row);
  },

  async revoke(transaction: WriteTransaction, id: string, revokedAt: Date, reason: string): Promise<void> {
    await transaction.manager.update(StaffAuthorityRow, { id }, { revokedAt, revocationReason: reason });
  },
};
