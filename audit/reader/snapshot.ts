/** Several reads of one state: a read-only transaction that sees the database as of its first read. */
import type { Pool } from 'pg';
import { workerTransaction } from '../../kernel/worker-transaction';
import type { Statements } from './stored-entries';

export function inSnapshot<T>(pool: Pool, read: (database: Statements) => Promise<T>): Promise<T> {
  return workerTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return read(client);
  });
}
