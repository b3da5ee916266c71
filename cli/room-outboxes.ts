/** How long the outbox of each room has kept its oldest record, read from each room's own database. */
import { createRequire } from 'node:module';
import type { PreparedConfig } from '../kernel/config';
import { ROOMS, type RoomName } from '../schema/vocabulary';

const load = createRequire(__filename);

export interface RoomOutbox {
  readonly room: RoomName;
  /** 0: nothing waits. */
  readonly seconds: number;
  readonly overdue: boolean;
}

const isRoom = (name: string): name is RoomName => (ROOMS as readonly string[]).includes(name);

export async function readRoomOutboxes(config: PreparedConfig): Promise<RoomOutbox[]> {
  const { HUB_DATABASES } = load('../hub') as typeof import('../hub');
  const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
  const { OUTBOX_SECONDS_MAX, readOutboxSeconds } = load('../kernel/outbox/outbox-age') as typeof import('../kernel/outbox/outbox-age');
  const outboxes: RoomOutbox[] = [];
  for (const definition of HUB_DATABASES) {
    const { room } = definition;
    if (!isRoom(room)) continue;
    const database = await openRoomDatabase(config, definition);
    try {
      const seconds = await readOutboxSeconds(database.worker);
      outboxes.push({ room, seconds, overdue: seconds > OUTBOX_SECONDS_MAX });
    } finally {
      await database.close();
    }
  }
  return outboxes;
}
