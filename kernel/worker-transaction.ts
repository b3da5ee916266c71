/**
 * A transaction of a room's worker: relay, follower, sweeps, imports. A connection whose transaction did not end cleanly is
 * closed, never given back: the next borrower of it would work inside somebody else's half-done statements.
 */
import type { Pool, PoolClient } from 'pg';

export async function workerTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    const ended = await client.query('rollback').then(
      () => true,
      () => false,
    );
    client.release(!ended);
    throw error;
  }
}
