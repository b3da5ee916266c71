/** Follows a ledger from its first entry into empty rooms, and reads what a follower keeps, table by table. */
import type { Pool } from 'pg';
import { Follower } from '../../kernel/follower/follower';
import { withStanding } from '../../kernel/follower/standing.follower';
import type { Ledger } from '../../kernel/ledger';
import { databaseOf, type RoomDefinition } from '../../kernel/room-host';
import type { TestDatabase } from '../support/test-database';

/** Every standing table of a room, each as its rows in a fixed order. */
export async function standingOf(worker: Pool): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await worker.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = current_schema() and table_name like 'standing\\_%' order by 1`,
  );
  const standing: Record<string, unknown[]> = {};
  for (const { name } of tables) standing[name] = (await worker.query<{ row: unknown }>(`select to_jsonb(t) as row from ${name} t order by to_jsonb(t)::text`)).rows.map(({ row }) => row);
  return standing;
}

/** An empty room that follows `ledger` from index 0 up to `size`; resolves with what it then stands on. */
export async function rebuildStanding(database: TestDatabase, definition: RoomDefinition, ledger: Ledger, size: number): Promise<Record<string, unknown[]>> {
  const { worker } = await database.open(databaseOf(definition));
  const halted: Error[] = [];
  const note = (error: unknown): void => void halted.push(error as Error);
  // The rooms of the history destroyed every key there was to destroy.
  const keyStore = { destroyKeys: () => Promise.resolve(0) };
  const follower = new Follower({ worker, ledger, keyStore, following: withStanding(definition.following), onHalt: note, onTrouble: note });
  follower.start();
  try {
    for (;;) {
      if (halted[0] !== undefined) throw halted[0];
      const { rows } = await worker.query<{ next_index: number }>('select next_index from follower');
      if (rows[0]!.next_index >= size) return await standingOf(worker);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await follower.stop();
  }
}
