/**
 * Where a room says it stands in the log, against the log: whether every receipt that it holds is of an entry that is there, and
 * whether what it followed is what is there. One that says no was restored without the other.
 */
import type { Pool } from 'pg';
import type { RoomPlace } from '../../kernel/room-place';
import type { RoomName } from '../../schema/vocabulary';
import { sourceOf } from '../writer/intake';
import { readHead } from '../writer/head';

export interface PlaceFault {
  readonly code: 'LEDGER_BEHIND_ROOM' | 'FOLLOWER_AHEAD' | 'FOLLOWER_ELSEWHERE';
  /** What the log lacks, in numbers. */
  readonly what: string;
}

const ENTRY = 'select idempotency_key as "eventId", leaf_hash from entry where index = $1';
const LAST_SENT = 'select max(source_seq)::float8 as last from entry where source = $1';

/** `place` must have been read first: what a room knew then, the ledger had before. */
export async function placeFaults(ledger: Pool, room: RoomName, place: RoomPlace): Promise<PlaceFault[]> {
  return [...(await receiptFault(ledger, room, place)), ...(await followerFault(ledger, place))];
}

async function receiptFault(ledger: Pool, room: RoomName, { receipt, lastSeq }: RoomPlace): Promise<PlaceFault[]> {
  const last = (await ledger.query<{ last: number | null }>(LAST_SENT, [sourceOf(room, 'outbox')])).rows[0]?.last ?? 0;
  if (lastSeq > last) return [{ code: 'LEDGER_BEHIND_ROOM', what: `its records ${last + 1} to ${lastSeq}, which have receipts` }];
  if (receipt === null) return [];
  const { rows } = await ledger.query<{ eventId: string }>(ENTRY, [receipt.index]);
  return rows[0]?.eventId === receipt.eventId ? [] : [{ code: 'LEDGER_BEHIND_ROOM', what: `its record ${receipt.seq}, whose receipt names entry ${receipt.index}` }];
}

async function followerFault(ledger: Pool, { nextIndex, leafHash }: RoomPlace): Promise<PlaceFault[]> {
  const size = (await readHead(ledger))?.size ?? 0;
  if (nextIndex > size) return [{ code: 'FOLLOWER_AHEAD', what: `entries ${size} to ${nextIndex - 1}, which the room has followed` }];
  if (nextIndex === 0) return [];
  const { rows } = await ledger.query<{ leaf_hash: Buffer }>(ENTRY, [nextIndex - 1]);
  return rows[0]?.leaf_hash.toString('base64url') === leafHash ? [] : [{ code: 'FOLLOWER_ELSEWHERE', what: `entry ${nextIndex - 1} as the room followed it` }];
}
