/**
 * An import as this room knows it: which file of which creditor, under which mapping, and how far its rows have moved. The
 * batch is opened as often as an interrupted import is resumed; it is closed once.
 */
import type { Pool } from 'pg';
import type { KeyStore } from '../../../kernel/vault/key-store';
import { workerTransaction } from '../../../kernel/worker-transaction';
import { holdGeneration } from '../blind-fence';

/** What an import works with: the room's worker, whom no row scope binds, and the keys of borrowers. */
export interface ImportTools {
  readonly worker: Pool;
  readonly keyStore: KeyStore;
}

export interface BorrowerBatch {
  readonly batchId: string;
  readonly creditorId: string;
  /** SHA-256 of the file and of the mapping text. */
  readonly fileHash: Buffer;
  readonly mappingHash: Buffer;
}

export interface OpenedBatch {
  /** Opened by an earlier run. */
  readonly wasOpen: boolean;
  readonly isClosed: boolean;
  /** False when the batch was opened before with another mapping: its rows would not be the same rows. */
  readonly hasSameMapping: boolean;
}

/** While a batch is open, no rotation of the blind-index key begins: what it stages holds indexes. */
export async function openBatch({ worker, keyStore }: ImportTools, batch: BorrowerBatch): Promise<OpenedBatch> {
  const rowCount = await workerTransaction(worker, async (client) => {
    await holdGeneration({ query: async <T>(sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows as T[] }, keyStore);
    const values = [batch.batchId, batch.creditorId, batch.fileHash, batch.mappingHash];
    return (await client.query('insert into import_batch (id, creditor_id, file_hash, mapping_hash) values ($1, $2, $3, $4) on conflict do nothing', values)).rowCount;
  });
  const { rows } = await worker.query<{ mapping_hash: Buffer; closed_at: Date | null }>('select mapping_hash, closed_at from import_batch where id = $1', [batch.batchId]);
  const [row] = rows;
  if (row === undefined) throw new Error('this file of this creditor already has another batch');
  return { wasOpen: rowCount === 0, isClosed: row.closed_at !== null, hasSameMapping: row.mapping_hash.equals(batch.mappingHash) };
}

/** Everything has moved: nothing sealed stays behind in staging. */
export async function closeBatch({ worker }: ImportTools, batchId: string): Promise<void> {
  const client = await worker.connect();
  try {
    await client.query('begin');
    await client.query('delete from staged_borrower where batch_id = $1', [batchId]);
    await client.query('update import_batch set closed_at = coalesce(closed_at, now()) where id = $1', [batchId]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
