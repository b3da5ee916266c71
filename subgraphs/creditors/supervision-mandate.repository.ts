/** Reads and keeps the mandates over a creditor, under row scope: a regulator sees its own, never a colleague authority's. */
import type { Actor } from '../../kernel/actor';
import { askedScope, type AskedScope } from '../../kernel/asked-scope';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { SUPERVISION_MANDATE_COLUMNS, SupervisionMandateRow } from './supervision-mandate.row';

const LIST: KeysetList = {
  table: 'supervision_mandate',
  columns: SUPERVISION_MANDATE_COLUMNS,
  order: [
    { name: 'granted_at', type: 'timestamptz' },
    { name: 'id', type: 'text' },
  ],
};

function asked(actor: Actor): AskedScope {
  if (actor.audience === 'REGULATOR') return { condition: 'regulator_id = $1', values: [actor.org], shape: 'regulator' };
  return askedScope(actor, { creditor: 'creditor_id' });
}

export const supervisionMandateRepository = {
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(SupervisionMandateRow | null)[]> {
    const rows = await transaction.prepared<SupervisionMandateRow>(
      'supervision_mandate_by_ids',
      `select ${SUPERVISION_MANDATE_COLUMNS} from supervision_mandate where id = any($1)`,
      [ids],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<SupervisionMandateRow[]> {
    return readPage(transaction, LIST, asked(actor), page);
  },

  pageOfCreditors(transaction: Transaction, creditorIds: readonly string[], page: Page): Promise<SupervisionMandateRow[][]> {
    return readPageOfEach(transaction, LIST, 'creditor_id', creditorIds, page);
  },

  /** For a change: the row stays as read until the transaction ends. */
  async lockById(transaction: Transaction, id: string): Promise<SupervisionMandateRow | null> {
    const [row] = await transaction.query<SupervisionMandateRow>(`select ${SUPERVISION_MANDATE_COLUMNS} from supervision_mandate where id = $1 for update`, [id]);
    return row ?? null;
  },

  async insert(transaction: WriteTransaction, row: SupervisionMandateRow): Promise<void> {
    await transaction.manager.insert(SupervisionMandateRow, row);
  },

  async end(transaction: WriteTransaction, id: string, endedAt: Date, reason: string): Promise<void> {
    await transaction.manager.update(SupervisionMandateRow, { id }, { endedAt, endReason: reason });
  },
};
