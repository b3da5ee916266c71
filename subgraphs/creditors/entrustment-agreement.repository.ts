/** Reads and keeps entrustment agreements, under row scope: those of the creditor, and an agency's own. */
import type { Actor } from '../../kernel/actor';
import { askedScope } from '../../kernel/asked-scope';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { ENTRUSTMENT_AGREEMENT_COLUMNS, EntrustmentAgreementRow } from './entrustment-agreement.row';

const LIST: KeysetList = {
  table: 'entrustment_agreement',
  columns: ENTRUSTMENT_AGREEMENT_COLUMNS,
  order: [
    { name: 'signed_at', type: 'timestamptz' },
    { name: 'id', type: 'text' },
  ],
};

export const entrustmentAgreementRepository = {
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(EntrustmentAgreementRow | null)[]> {
    const rows = await transaction.prepared<EntrustmentAgreementRow>(
      'entrustment_agreement_by_ids',
      `select ${ENTRUSTMENT_AGREEMENT_COLUMNS} from entrustment_agreement where id = any($1)`,
      [ids],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<EntrustmentAgreementRow[]> {
    return readPage(transaction, LIST, askedScope(actor, { creditor: 'creditor_id', agency: 'agency_id' }), page);
  },

  pageOfCreditors(transaction: Transaction, creditorIds: readonly string[], page: Page): Promise<EntrustmentAgreementRow[][]> {
    return readPageOfEach(transaction, LIST, 'creditor_id', creditorIds, page);
  },

  /** For a change: the row stays as read until the transaction ends. */
  async lockById(transaction: Transaction, id: string): Promise<EntrustmentAgreementRow | null> {
    const [row] = await transaction.query<EntrustmentAgreementRow>(`select ${ENTRUSTMENT_AGREEMENT_COLUMNS} from entrustment_agreement where id = $1 for update`, [id]);
    return row ?? null;
  },

  /** Whether the ledger, as far as this room has followed it, knows the agency. */
  async isAgencyKnown(transaction: Transaction, agencyId: string): Promise<boolean> {
    return (await transaction.query('select 1 from standing_agency where id = $1', [agencyId])).length > 0;
  },

  async insert(transaction: WriteTransaction, row: EntrustmentAgreementRow): Promise<void> {
    await transaction.manager.insert(EntrustmentAgreementRow, row);
  },

  async terminate(transaction: WriteTransaction, id: string, terminatedAt: Date, reason: string): Promise<void> {
    await transaction.manager.update(EntrustmentAgreementRow, { id }, { terminatedAt, terminationReason: reason });
  },
};
