/** Where a room stands towards the ledger by its own tables: what it has followed, what it has sent, what it was answered. */
import type { Pool } from 'pg';

export interface RoomPlace {
  /** The next entry its follower takes. */
  readonly nextIndex: number;
  /** base64url, of the last entry followed. */
  readonly leafHash: string;
  /** The number of the last record it knows to be delivered. */
  readonly lastSeq: number;
  /** The last record that the ledger gave it a receipt for. */
  readonly receipt: { readonly seq: number; readonly index: number; readonly eventId: string } | null;
}

interface PlaceRow {
  readonly next_index: number;
  readonly leaf_hash: Buffer;
  readonly last_seq: number;
}

const PLACE = 'select follower.next_index::float8 as next_index, follower.leaf_hash, relay.last_seq::float8 as last_seq from follower, relay';
const RECEIPT = `select delivery.seq::float8 as seq, delivery.ledger_index::float8 as index, outbox.event_id as "eventId"
  from delivery join outbox on outbox.id = delivery.outbox_id order by delivery.seq desc limit 1`;

export async function readRoomPlace(worker: Pick<Pool, 'query'>): Promise<RoomPlace> {
  const { rows } = await worker.query<PlaceRow>(PLACE);
  const { next_index: nextIndex, leaf_hash: leafHash, last_seq: lastSeq } = rows[0]!;
  const receipts = await worker.query<NonNullable<RoomPlace['receipt']>>(RECEIPT);
  return { nextIndex, leafHash: leafHash.toString('base64url'), lastSeq, receipt: receipts.rows[0] ?? null };
}
