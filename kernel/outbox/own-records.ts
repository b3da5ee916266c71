/**
 * Whether a room still has every record that the ledger holds of it. A room whose database was restored from an older copy has
 * not: what it said since is in the ledger and nowhere in its rows, and whatever it decided now would contradict it.
 */
import type { Pool } from 'pg';
import type { Ledger } from '../ledger';

/** A record of this room in the ledger. */
export interface OwnRecord {
  /** Its number in the room's outbox channel. */
  readonly seq: number;
  readonly eventId: string;
  /** Ledger index. */
  readonly index: number;
}

type Statements = Pick<Pool, 'query'>;

/** Of the rule ROOM-WHOLE. */
export const ROOM_RULE_PACK = 'room-2026.1';

/** More than a relay can have handed over without keeping the answer. */
const PAGE = 1_024;
const KEPT = 'select last_seq::float8 as seq, last_xid::text as xid, last_id::text as id from relay';
const DELIVERED = 'select last_seq::float8 as seq from relay';
/** Among the rows behind the last one known to be delivered, in the order in which they are numbered. */
const UNKNOWN = `with waiting as (select event_id from outbox where (xid, id) > ($2::xid8, $3::bigint))
  select asked.at::int as at from unnest($1::text[]) with ordinality asked(id, at)
  where asked.id not in (select event_id from waiting) order by asked.at limit 1`;

/**
 * The first record in the ledger that the room does not know; null when it knows all. What a relay has sent and died before it
 * kept the answer is known: its row is in the outbox.
 */
export async function firstLostRecord(worker: Statements, sentAfter: Ledger['sentAfter']): Promise<OwnRecord | null> {
  const kept = (await worker.query<{ seq: number; xid: string; id: string }>(KEPT)).rows[0]!;
  for (let after = kept.seq; ; ) {
    const sent = await sentAfter(after, PAGE);
    const unknown = (await worker.query<{ at: number }>(UNKNOWN, [sent.map(({ eventId }) => eventId), kept.xid, kept.id])).rows[0];
    if (unknown !== undefined) return sent[unknown.at - 1] ?? null;
    if (sent.length < PAGE) return null;
    after = sent.at(-1)!.seq;
  }
}

/** The number of the last record that the room knows to be delivered. */
export async function deliveredSeq(worker: Statements): Promise<number> {
  return (await worker.query<{ seq: number }>(DELIVERED)).rows[0]!.seq;
}
