/**
 * Refuses to write into a room whose database is older than what the ledger holds of it, as the room itself would: commands of
 * this program reach the tables without it.
 */
import { createRequire } from 'node:module';
import type { Pool } from 'pg';
import type { PreparedConfig } from '../kernel/config';
import type { RuleId } from '../schema/messages';
import type { RoomName } from '../schema/vocabulary';

const load = createRequire(__filename);

/** A rule refused, and what would make the same command legal. */
export class RoomBehind extends Error {
  readonly ruleId: RuleId = 'ROOM-WHOLE';
  readonly remedy = 'Restore a later backup of its database, then give the same command again; `cession doctor` says what is missing.';

  constructor(room: RoomName, { seq, index }: { readonly seq: number; readonly index: number }) {
    super(`The ${room} room was restored from an older copy: its record ${seq} (entry ${index}) is not in it.`);
    this.name = 'RoomBehind';
  }
}

/** Throws RoomBehind for the first of these rooms that lacks a record of its own. */
export type AssertWhole = (rooms: ReadonlyMap<RoomName, Pool>) => Promise<void>;

/** With the ledger that is to be asked, as often as it has to be. */
export async function withWholeRooms<T>(config: PreparedConfig, work: (assertWhole: AssertWhole) => Promise<T>): Promise<T> {
  const { AUDIT_DATABASE, readSentAfter } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
  const { firstLostRecord } = load('../kernel/outbox/own-records') as typeof import('../kernel/outbox/own-records');
  const ledger = await openRoomDatabase(config, AUDIT_DATABASE);
  try {
    return await work(async (rooms) => {
      for (const [room, worker] of rooms) {
        const lost = await firstLostRecord(worker, (after, limit) => readSentAfter(ledger.worker, room, after, limit));
        if (lost !== null) throw new RoomBehind(room, lost);
      }
    });
  } finally {
    await ledger.close();
  }
}
