/** Reads and keeps the keys of agencies, under row scope. */
import { readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { AGENCY_KEY_COLUMNS, AgencyKeyRow } from './agency-key.row';

const LIST: KeysetList = {
  table: 'agency_key',
  columns: AGENCY_KEY_COLUMNS,
  order: [
    { name: 'registered_at', type: 'timestamptz' },
    { name: 'thumbprint', type: 'text' },
  ],
};

export const agencyKeyRepository = {
  /** In the order of the thumbprints; null for one that is absent or out of scope. */
  async byThumbprints(transaction: Transaction, thumbprints: readonly string[]): Promise<(AgencyKeyRow | null)[]> {
    const rows = await transaction.prepared<AgencyKeyRow>('agency_keys_by_thumbprint', `select ${AGENCY_KEY_COLUMNS} from agency_key where thumbprint = any($1)`, [thumbprints]);
    const byThumbprint = new Map(rows.map((row) => [row.thumbprint, row]));
    return thumbprints.map((thumbprint) => byThumbprint.get(thumbprint) ?? null);
  },

  pageOfAgencies(transaction: Transaction, agencyIds: readonly string[], page: Page): Promise<AgencyKeyRow[][]> {
    return readPageOfEach(transaction, LIST, 'agency_id', agencyIds, page);
  },

  async lock(transaction: Transaction, thumbprint: string): Promise<AgencyKeyRow | null> {
    const [row] = await transaction.query<AgencyKeyRow>(`select ${AGENCY_KEY_COLUMNS} from agency_key where thumbprint = $1 for update`, [thumbprint]);
    return row ?? null;
  },

  /** False when some agency registered this key, whichever it is and whoever was first at the same moment. */
  async insert(transaction: Transaction, { thumbprint, agencyId, algorithm, spki, registeredAt, validUntil }: Omit<AgencyKeyRow, 'revokedAt' | 'revocationReason'>): Promise<boolean> {
    const inserted = await transaction.query(
      `insert into agency_key (thumbprint, agency_id, algorithm, spki, registered_at, valid_until) values ($1, $2, $3, $4, $5, $6)
        on conflict (thumbprint) do nothing returning thumbprint`,
      [thumbprint, agencyId, algorithm, spki, registeredAt, validUntil],
    );
    return inserted.length > 0;
  },

  async revoke(transaction: WriteTransaction, thumbprint: string, revoked: Pick<AgencyKeyRow, 'revokedAt' | 'revocationReason'>): Promise<void> {
    await transaction.manager.update(AgencyKeyRow, { thumbprint }, revoked);
  },
};
