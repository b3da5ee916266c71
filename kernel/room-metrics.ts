/**
 * How far rooms are from the ledger in both directions: what waits to become an entry, and what entries a room may not have
 * followed yet. Read when somebody asks: the same in every replica of a room, whichever of them relays and follows.
 */
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { RoomName } from '../schema/vocabulary';
import { readFollowerSeconds } from './follower/standing-point';
import { readOutboxSeconds } from './outbox/outbox-age';

export interface MeasuredRoom {
  readonly name: RoomName;
  readonly database: { readonly worker: Pick<Pool, 'query'> };
}

export function measureRooms(registry: Registry, rooms: readonly MeasuredRoom[]): void {
  const gauge = (name: string, help: string, read: (worker: Pick<Pool, 'query'>) => Promise<number>): void => {
    new Gauge({
      name: `cession_${name}`,
      help,
      labelNames: ['room'],
      registers: [registry],
      async collect() {
        // A database that does not answer leaves the last value; that it is away shows elsewhere.
        await Promise.all(rooms.map((room) => read(room.database.worker).then((seconds) => this.set({ room: room.name }, seconds), () => undefined)));
      },
    });
  };
  gauge('outbox_age_seconds', 'How long the oldest record of an outbox has waited for the ledger; 0: none waits.', readOutboxSeconds);
  gauge('follower_age_seconds', 'How long ago the follower of a room last confirmed being at the head of the ledger.', readFollowerSeconds);
}
