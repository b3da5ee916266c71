/** Reads and keeps engagements and their attestations, under row scope: one bank's view of an agency is not another's. */
import type { Actor } from '../../kernel/actor';
import { askedScope } from '../../kernel/asked-scope';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { ENGAGEMENT_COLUMNS, EngagementRow } from './engagement.row';
import { SECURITY_ATTESTATION_COLUMNS, SecurityAttestationRow } from './security-attestation.row';

const LIST: KeysetList = {
  table: 'engagement',
  columns: ENGAGEMENT_COLUMNS,
  order: [
    { name: 'proposed_at', type: 'timestamptz' },
    { name: 'id', type: 'text' },
  ],
};

const ATTESTATIONS: KeysetList = { table: 'security_attestation', columns: SECURITY_ATTESTATION_COLUMNS, order: [{ name: 'number', type: 'bigint' }] };

/** What a move may change of an engagement. */
export type EngagementMoved = Pick<EngagementRow, 'state' | 'reason' | 'stateSince'> & Partial<Pick<EngagementRow, 'dueDiligenceHash'>>;

export const engagementRepository = {
  /** In the order of the ids; null for one that is absent or out of scope. */
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(EngagementRow | null)[]> {
    const rows = await transaction.prepared<EngagementRow>('engagement_by_ids', `select ${ENGAGEMENT_COLUMNS} from engagement where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<EngagementRow[]> {
    return readPage(transaction, LIST, askedScope(actor, { creditor: 'creditor_id', agency: 'agency_id' }), page);
  },

  pageOfAgencies(transaction: Transaction, agencyIds: readonly string[], page: Page): Promise<EngagementRow[][]> {
    return readPageOfEach(transaction, LIST, 'agency_id', agencyIds, page);
  },

  pageOfCreditors(transaction: Transaction, creditorIds: readonly string[], page: Page): Promise<EngagementRow[][]> {
    return readPageOfEach(transaction, LIST, 'creditor_id', creditorIds, page);
  },

  /** For a move: no other move of the same engagement runs until the transaction ends. */
  async lockById(transaction: Transaction, id: string): Promise<EngagementRow | null> {
    const [row] = await transaction.query<EngagementRow>(`select ${ENGAGEMENT_COLUMNS} from engagement where id = $1 for update`, [id]);
    return row ?? null;
  },

  /** False when the creditor has an engagement of this agency that has not ended. */
  async insert(transaction: Transaction, { id, creditorId, agencyId, state, proposedAt, stateSince }: EngagementRow): Promise<boolean> {
    const inserted = await transaction.query(
      `insert into engagement (id, creditor_id, agency_id, state, proposed_at, state_since) values ($1, $2, $3, $4, $5, $6)
        on conflict (creditor_id, agency_id) where state <> 'ENDED' do nothing returning id`,
      [id, creditorId, agencyId, state, proposedAt, stateSince],
    );
    return inserted.length > 0;
  },

  async move(transaction: WriteTransaction, id: string, moved: EngagementMoved): Promise<void> {
    await transaction.manager.update(EngagementRow, { id }, moved);
  },

  /** The latest of each engagement, in the order of the ids: it alone counts. */
  async latestAttestations(transaction: Transaction, engagementIds: readonly string[]): Promise<(SecurityAttestationRow | null)[]> {
    const rows = await transaction.prepared<SecurityAttestationRow>(
      'latest_attestations',
      `select distinct on (engagement_id) ${SECURITY_ATTESTATION_COLUMNS} from security_attestation where engagement_id = any($1)
        order by engagement_id, number desc`,
      [engagementIds],
    );
    const byEngagement = new Map(rows.map((row) => [row.engagementId, row]));
    return engagementIds.map((id) => byEngagement.get(id) ?? null);
  },

  pageOfAttestations(transaction: Transaction, engagementIds: readonly string[], page: Page): Promise<SecurityAttestationRow[][]> {
    return readPageOfEach(transaction, ATTESTATIONS, 'engagement_id', engagementIds, page);
  },

  /** The caller holds the engagement's lock, so numbers neither repeat nor leave a gap. */
  async insertAttestation(transaction: WriteTransaction, row: SecurityAttestationRow): Promise<void> {
    await transaction.manager.insert(SecurityAttestationRow, row);
  },
};
