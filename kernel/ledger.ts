/**
 * The ledger as a room sees it: append events through its own channel, read entries in order.
 * A room never sees the writer's storage; in one process the audit room implements this directly, over HTTP a client does.
 */
import type { RoomName, StreamName } from '../schema/vocabulary';
import type { OwnRecord } from './outbox/own-records';

/** A stream and the number of its last entry a decision relied on (DESIGN §1.4). n = 0: the stream has no entry. */
export interface StreamPosition {
  readonly stream: StreamName;
  readonly n: number;
}

/**
 * A value hidden behind a digest in the entry (RFC 9901) and kept beside it.
 * structural: ids and links, never erased, `text` is the disclosure string. personal: `sealed` under the subject's key.
 */
export interface HeldDisclosure {
  readonly digest: string;
  readonly kind: 'structural' | 'personal' | 'link';
  /** Which streams' readers may be shown it; null = every reader of the entry; [] = followers inside the hub only. */
  readonly reveal: readonly StreamName[] | null;
  /** The RFC 9901 disclosure string; null when sealed. */
  readonly text: string | null;
  /** personal only: the `borrower_…` id whose key seals it, and base64 of the sealed disclosure string. */
  readonly subject?: string;
  readonly sealed?: string;
}

export interface Submission {
  /** The event id: a second submission with the same key and the same bytes gets the first receipt. */
  readonly idempotencyKey: string;
  /** Outbox channel: gapless per room, numbered by the relay. Direct channel: absent, the writer numbers. */
  readonly sourceSeq?: number;
  /** Canonical event bytes; stored verbatim. At most MAX_EVENT_BYTES. */
  readonly event: Buffer;
  /** Distinct streams this event belongs to, without the source stream, which the writer adds. */
  readonly streams: readonly StreamName[];
  readonly expect?: readonly StreamPosition[];
  readonly disclosures: readonly HeldDisclosure[];
}

export interface Receipt {
  readonly ok: true;
  readonly index: number;
  /** base64url, no padding. */
  readonly leafHash: string;
  readonly recordedAt: string;
  readonly duplicate: boolean;
}

/**
 * STALE: an expected stream has moved on. CONFLICT: same idempotency key or sourceSeq with other bytes.
 * GAP: sourceSeq is not the next one. FORBIDDEN: event type or source not this room's. INVALID: bytes not canonical, too long, ….
 */
export interface AppendRefusal {
  readonly ok: false;
  readonly code: 'STALE' | 'CONFLICT' | 'GAP' | 'FORBIDDEN' | 'INVALID';
  readonly message: string;
  readonly stream?: StreamName;
}

export type AppendResult = Receipt | AppendRefusal;

export interface StoredEntry {
  readonly index: number;
  /** The entry bytes, verbatim. */
  readonly bytes: Buffer;
  readonly disclosures: readonly HeldDisclosure[];
}

export interface LedgerPage {
  readonly entries: readonly StoredEntry[];
  /** The tree size at the time of reading: the reader is at the head when its next index equals it. */
  readonly size: number;
  /** The latest signed checkpoint note, or null before the first. */
  readonly checkpoint: string | null;
}

export type Channel = 'outbox' | 'direct';

/** A room's own port. `room` comes from the channel's credential, never from the submission. */
export interface Ledger {
  readonly room: RoomName;
  /**
   * Resolves when every submission has a durable receipt or a refusal, in the order given. Throws HubError
   * LEDGER_UNAVAILABLE when the writer is away or `deadlineMs` passes: the outcome is then unknown and the same
   * submission MUST be repeated with the same idempotency key before it may be considered lost.
   */
  append(channel: Channel, submissions: readonly Submission[], deadlineMs: number): Promise<AppendResult[]>;
  /** This room's own records numbered above `after`, in that order: what it may have lost by a restore. */
  sentAfter(after: number, limit: number): Promise<readonly OwnRecord[]>;
  /** Entries from `from` on, at most `limit`; waits up to `waitMs` for one when there is none. */
  read(from: number, limit: number, waitMs: number): Promise<LedgerPage>;
}
