/**
 * The batch of an import: opened once for each file of a creditor, however often the import is started; closed once, with
 * the entry that says what came of the file.
 */
import type { PoolClient } from 'pg';
import { composeSubmission, type EventDraft } from '../../../kernel/event-draft';
import { HubError } from '../../../kernel/errors';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { newId } from '../../../schema/ids';
import type { ImportBatch, ImportTools, RejectedRow } from './staged-debt';

const BATCH = `select id, creditor_id as "creditorId", file_hash as "fileHash", state, staged_rows as "stagedRows", staged_through as "stagedThrough",
  moved_rows as "movedRows", rejected_rows as "rejectedRows" from import_batch`;

/** Runs `task` in one transaction of the worker. */
export async function inWorkerTransaction<T>({ worker }: ImportTools, task: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await worker.connect();
  try {
    await client.query('begin');
    const answer = await task(client);
    await client.query('commit');
    return answer;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** Locks the batch: staging, moving and closing of one file never overlap, whoever runs them. */
export async function lockBatch(client: PoolClient, batchId: string): Promise<ImportBatch> {
  const { rows } = await client.query<ImportBatch>(`${BATCH} where id = $1 for update`, [batchId]);
  if (rows[0] === undefined) throw new HubError('NOT_FOUND', 'There is no such import.');
  return rows[0];
}

export async function openBatch(tools: ImportTools, file: { creditorId: string; fileHash: string }): Promise<ImportBatch> {
  await tools.worker.query(
    `insert into import_batch (id, creditor_id, file_hash, state, opened_at) values ($1, $2, $3, 'OPEN', $4) on conflict (creditor_id, file_hash) do nothing`,
    [newId('batch'), file.creditorId, file.fileHash, tools.clock()],
  );
  const { rows } = await tools.worker.query<ImportBatch>(`${BATCH} where creditor_id = $1 and file_hash = $2`, [file.creditorId, file.fileHash]);
  return rows[0]!;
}

/** Rows that met a rule when they were moved, in the order of the file. */
export async function listRejections({ worker }: ImportTools, batchId: string): Promise<RejectedRow[]> {
  const { rows } = await worker.query<RejectedRow>('select row_no as "rowNo", rule_id as "ruleId" from import_rejection where batch_id = $1 order by row_no', [batchId]);
  return rows;
}

function portfolioImported(batch: ImportBatch, rows: number, now: Date): EventDraft {
  return {
    type: 'debts.PortfolioImported',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    actor: null,
    occurredAt: now,
    facts: { fileHash: batch.fileHash, rows, accepted: batch.movedRows, rejected: rows - batch.movedRows },
    hidden: { creditorId: batch.creditorId, batchId: batch.id },
    streams: [`creditor:${batch.creditorId}`],
  };
}

/** `rows` are the data rows of the file, those rejected before staging included. Closing again changes nothing. */
export async function closeBatch(tools: ImportTools, batchId: string, rows: number): Promise<ImportBatch> {
  return inWorkerTransaction(tools, async (client) => {
    const batch = await lockBatch(client, batchId);
    if (batch.state === 'CLOSED') return batch;
    const { rowCount } = await client.query('select 1 from debt_staging where batch_id = $1 limit 1', [batchId]);
    if (rowCount !== 0) throw new HubError('CONFLICT', 'Rows of this import have not been moved yet.');
    const now = tools.clock();
    await insertOutbox(client, [{ submission: composeSubmission(portfolioImported(batch, rows, now), null) }]);
    await client.query(`update import_batch set state = 'CLOSED', closed_at = $2 where id = $1`, [batchId, now]);
    return { ...batch, state: 'CLOSED' };
  });
}
