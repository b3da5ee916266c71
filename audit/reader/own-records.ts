/** The entries that a room has sent through its outbox, by their numbers there. */
import type { Pool } from 'pg';
import type { OwnRecord } from '../../kernel/outbox/own-records';
import type { RoomName } from '../../schema/vocabulary';
import { sourceOf } from '../writer/intake';

const SENT = `select source_seq::float8 as seq, idempotency_key as "eventId", index::float8 as index from entry
  where source = $1 and source_seq > $2 order by source_seq limit $3`;

export async function readSentAfter(database: Pick<Pool, 'query'>, room: RoomName, after: number, limit: number): Promise<readonly OwnRecord[]> {
  return (await database.query<OwnRecord>(SENT, [sourceOf(room, 'outbox'), after, limit])).rows;
}
