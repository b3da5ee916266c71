/** A pool whose connection dies at one statement of a transaction: how tests kill a worker between any two of its steps. */
import type { Pool, PoolClient } from 'pg';

export interface DyingPool {
  readonly pool: Pool;
  readonly isDead: () => boolean;
}

type Query = (...given: unknown[]) => Promise<unknown>;

/** Dies at the statement with this number, counted over all its connections, before or after the statement took effect. */
export function dyingPool(worker: Pool, dieAt: number, persisted: boolean): DyingPool {
  let step = 0;
  let dead = false;
  const pool = {
    query: (...given: unknown[]) => (worker.query as Query)(...given),
    connect: async () => {
      const client = await worker.connect();
      const query = async (...given: unknown[]) => {
        if (step++ !== dieAt || dead) return (client.query as Query).apply(client, given);
        dead = true;
        if (persisted) await (client.query as Query).apply(client, given);
        throw new Error('the connection died');
      };
      return { query, release: (broken?: boolean) => client.release(broken ?? dead) } as unknown as PoolClient;
    },
  };
  return { pool: pool as unknown as Pool, isDead: () => dead };
}
