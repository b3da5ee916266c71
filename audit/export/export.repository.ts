/** Exports in the transaction of who asked for them, and what a mandate covers. Row-level security refuses the rest. */
import type { RoomContext } from '../../kernel/context';
import { OPEN_RIGHT } from '../../kernel/row-scope';
import type { Transaction } from '../../kernel/transaction';
import type { StreamName } from '../../schema/vocabulary';

export interface ExportRow {
  readonly id: string;
  readonly org: string;
  readonly sub: string;
  /** null: of the own stream of who asked. */
  readonly mandate_id: string | null;
  readonly creditor_ids: readonly string[];
  readonly stream: StreamName;
  readonly recorded_from: Date | null;
  readonly recorded_until: Date | null;
  readonly state: 'QUEUED' | 'RUNNING' | 'READY' | 'FAILED' | 'EXPIRED';
  readonly entries_done: number;
  readonly entries_total: number | null;
  readonly tree_size: number | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly requested_at: Date;
}

export type NewExport = Pick<ExportRow, 'id' | 'org' | 'sub' | 'mandate_id' | 'creditor_ids' | 'stream' | 'recorded_from' | 'recorded_until' | 'requested_at'>;

const COLUMNS = `id, org, sub, mandate_id, creditor_ids, stream, recorded_from, recorded_until, state, entries_done, entries_total, tree_size, bytes, sha256, requested_at`;

export interface Mandate {
  readonly id: string;
  readonly creditorId: string;
}

/** The regulator's mandates that stand now, oldest first. */
export function standingMandates(transaction: Transaction, regulatorId: string): Promise<Mandate[]> {
  return transaction.query<Mandate>(
    `select r.id, r.creditor_id as "creditorId" from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and ${OPEN_RIGHT} order by r.opened_at_index`,
    [regulatorId],
  );
}

/** How many entries of the stream are about creditors, but none of these. */
export async function uncoveredEntries(transaction: Transaction, stream: StreamName, creditors: readonly string[]): Promise<number> {
  const [row] = await transaction.query<{ count: number }>('select uncovered_entries($1, $2) as count', [stream, creditors]);
  return row?.count ?? 0;
}

/** Whether the reader may see any entry of the stream; an unknown one and one out of scope are the same. */
export async function hasVisibleEntry(transaction: Transaction, stream: StreamName): Promise<boolean> {
  const [row] = await transaction.query<{ found: boolean }>('select exists (select 1 from stream_entry where stream = $1) as found', [stream]);
  return row?.found === true;
}

/** The creditor whose borrower this is; null when the room knows of none. */
export async function creditorOfBorrower(transaction: Transaction, borrowerId: string): Promise<string | null> {
  const [row] = await transaction.prepared<{ id: string }>('creditor_of_borrower', 'select creditor_id as id from standing_person where borrower_id = $1', [borrowerId]);
  return row?.id ?? null;
}

export async function insertExport(transaction: Transaction, row: NewExport): Promise<void> {
  await transaction.query(
    'insert into export (id, org, sub, mandate_id, creditor_ids, stream, recorded_from, recorded_until, requested_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [row.id, row.org, row.sub, row.mandate_id, row.creditor_ids, row.stream, row.recorded_from, row.recorded_until, row.requested_at],
  );
}

export async function readExport(transaction: Transaction, id: string): Promise<ExportRow | null> {
  const [row] = await transaction.prepared<ExportRow>('export_by_id', `select ${COLUMNS} from export where id = $1`, [id]);
  return row ?? null;
}

/** Null for absent and out of scope alike, by one statement. */
export async function loadExport(context: RoomContext, id: string): Promise<ExportRow | null> {
  return readExport(await context.read(), id);
}
