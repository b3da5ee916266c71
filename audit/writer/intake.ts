/**
 * What the writer accepts from a channel: canonical bytes of an event the channel's room owns, with every disclosure
 * accounted for by a digest in them. Pure. Checks the form of a submission, never its place in the log.
 */
import { digestDisclosure } from '../log/commitment';
import { FormatError } from '../log/format-error';
import { MAX_ENTRY_LINKS } from '../log/entry';
import { MAX_EVENT_BYTES, parseEvent } from '../log/event';
import { HEADS_TYPE } from '../log/heads-event';
import { ROTATION_TYPE } from '../log/log-keys';
import type { AppendRefusal, Channel, HeldDisclosure, StreamPosition, Submission } from '../../kernel/ledger';
import { ID_ROOMS, idPrefix } from '../../schema/ids';
import { STREAM_KINDS, type RoomName, type StreamName } from '../../schema/vocabulary';

/** A submission that passed: what is left to decide is only its order among the others. */
export interface Intake {
  readonly key: string;
  readonly source: string;
  /** null: the direct channel, the writer numbers. */
  readonly sourceSeq: number | null;
  readonly event: Buffer;
  /** Distinct, the source's own stream last. */
  readonly streams: readonly StreamName[];
  readonly expect: readonly StreamPosition[];
  readonly disclosures: readonly HeldDisclosure[];
  /** Only as the next entry of a log of this size: it speaks of all entries before it. */
  readonly atSize?: number;
}

/** What only the ledger itself says. */
const MADE_HERE: readonly string[] = [HEADS_TYPE, ROTATION_TYPE];
/** One link is for the source's own stream. */
const MAX_STREAMS = MAX_ENTRY_LINKS - 1;
const MAX_DISCLOSURES = 1_000;
/** What is kept beside one entry; sealed values are about four thirds of their text. */
const MAX_DISCLOSURE_BYTES = 1_000_000;

/** A kind and an id; not `source`, which only the writer itself names. */
const ID_STREAM = new RegExp(`^(?:${STREAM_KINDS.filter((kind) => kind !== 'source').join('|')}):(?:${Object.keys(ID_ROOMS).join('|')})_[0-9a-hjkmnp-tv-z]{26}$`);

export function sourceOf(room: RoomName, channel: Channel): string {
  return channel === 'outbox' ? room : `${room}/direct`;
}

function invalid(message: string): AppendRefusal {
  return { ok: false, code: 'INVALID', message };
}

function isNamedStream(stream: string): boolean {
  return ID_STREAM.test(stream);
}

function streamProblem(streams: readonly StreamName[]): string | null {
  if (streams.length > MAX_STREAMS) return `an event belongs to at most ${MAX_STREAMS} streams`;
  if (new Set(streams).size !== streams.length) return 'a stream is named twice';
  return streams.every(isNamedStream) ? null : 'a stream is not named by its kind and an id';
}

function expectProblem(expect: readonly StreamPosition[]): string | null {
  const holds = expect.length <= MAX_STREAMS && expect.every(({ stream, n }) => isNamedStream(stream) && Number.isSafeInteger(n) && n >= 0);
  return holds ? null : 'an expected position is not a stream and a number from 0';
}

/** A value whose digest is nowhere in the entry would be evidence of nothing; a digest twice would be evidence of two things. */
function disclosureProblem(disclosures: readonly HeldDisclosure[], committed: ReadonlySet<string>): string | null {
  if (disclosures.length > MAX_DISCLOSURES) return `an event has at most ${MAX_DISCLOSURES} disclosures`;
  const seen = new Set<string>();
  let bytes = 0;
  for (const { digest, kind, text, sealed, subject } of disclosures) {
    if (!committed.has(digest) || seen.has(digest)) return 'a disclosure is not the one of a digest in the event';
    seen.add(digest);
    if (kind === 'structural' ? text === null || digestDisclosure(text) !== digest : kind !== 'personal' || text !== null || !sealed || !subject) {
      return 'a disclosure is neither structural with its text nor personal and sealed';
    }
    bytes += (text ?? sealed ?? '').length;
  }
  if (seen.size !== committed.size) return 'a digest of the event has no disclosure';
  return bytes > MAX_DISCLOSURE_BYTES ? `disclosures are longer than ${MAX_DISCLOSURE_BYTES} bytes` : null;
}

function sequenceProblem(channel: Channel, sourceSeq: number | undefined): string | null {
  if (channel === 'direct') return sourceSeq === undefined ? null : 'the direct channel is numbered by the writer';
  return sourceSeq !== undefined && Number.isSafeInteger(sourceSeq) && sourceSeq > 0 ? null : 'the outbox channel needs a sourceSeq from 1';
}

/** `room` and `channel` come from the credential, never from the submission. */
export function checkSubmission(room: RoomName, channel: Channel, submission: Submission): Intake | AppendRefusal {
  const { idempotencyKey, event, streams, expect = [], disclosures, sourceSeq } = submission;
  if (event.length > MAX_EVENT_BYTES) return invalid(`an event has at most ${MAX_EVENT_BYTES} bytes`);
  const form = sequenceProblem(channel, sourceSeq) ?? streamProblem(streams) ?? expectProblem(expect);
  if (form !== null) return invalid(form);
  try {
    const parsed = parseEvent(event);
    if (!parsed.type.startsWith(`${room}.`) || MADE_HERE.includes(parsed.type)) return { ok: false, code: 'FORBIDDEN', message: `the room ${room} does not own this event type` };
    if (parsed.id !== idempotencyKey) return invalid('the idempotency key is not the event id');
    if (idPrefix(parsed.id) !== 'event') return invalid('the event id is not an event_… id');
    const problem = disclosureProblem(disclosures, new Set([...parsed.sd, ...parsed.items]));
    if (problem !== null) return invalid(problem);
  } catch (error) {
    if (error instanceof FormatError) return invalid(error.message);
    throw error;
  }
  const source = sourceOf(room, channel);
  return { key: idempotencyKey, source, sourceSeq: sourceSeq ?? null, event, streams: [...streams, `source:${source}`], expect, disclosures };
}
