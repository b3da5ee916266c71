/** Shares and their receipts in the transaction of who asks. Row-level security refuses the rest. */
import type { Transaction } from '../../kernel/transaction';

export interface ShareRow {
  readonly index: number;
  readonly agencyId: string;
  readonly creditorIds: readonly string[];
  readonly borrowerIds: readonly string[];
  readonly room: string;
  readonly payloadHash: string;
  readonly releasedAt: Date;
  readonly purpose: string;
  readonly categories: readonly string[];
  readonly subjects: number;
  readonly receiptIndex: number | null;
}

export const SHARE_COLUMNS = `index, agency_id as "agencyId", creditor_ids as "creditorIds", borrower_ids as "borrowerIds", room, payload_hash as "payloadHash",
  released_at as "releasedAt", purpose, categories, subjects, receipt_index as "receiptIndex"`;

/** Null for absent and out of scope alike, by one statement. */
export async function readShare(transaction: Transaction, index: number): Promise<ShareRow | null> {
  const [row] = await transaction.prepared<ShareRow>('share_by_index', `select ${SHARE_COLUMNS} from standing_share where index = $1`, [index]);
  return row ?? null;
}

export interface ReceiptRow {
  readonly shareIndex: number;
  readonly agencyId: string;
  readonly thumbprint: string | null;
  readonly signature: string | null;
  readonly receivedAt: Date;
}

/** False when the share has a receipt, whoever gave it at the same moment. */
export async function insertReceipt(transaction: Transaction, { shareIndex, agencyId, thumbprint, signature, receivedAt }: ReceiptRow): Promise<boolean> {
  const inserted = await transaction.query(
    `insert into handover_receipt (share_index, agency_id, thumbprint, signature, received_at) values ($1, $2, $3, $4, $5)
      on conflict (share_index) do nothing returning share_index`,
    [shareIndex, agencyId, thumbprint, signature, receivedAt],
  );
  return inserted.length > 0;
}

/** Who is concerned when an agency claims a share that this ledger does not have: every creditor that engaged it. */
export async function creditorsOf(transaction: Transaction, agencyId: string, limit: number): Promise<string[]> {
  const rows = await transaction.prepared<{ id: string }>(
    'creditors_of_agency',
    'select distinct creditor_id as id from standing_engagement where agency_id = $1 order by 1 limit $2',
    [agencyId, limit],
  );
  return rows.map(({ id }) => id);
}
