/**
 * Entry bytes: an event with its place in the ledger. The event bytes are spliced in as they came, never rebuilt, so
 * what the room said and what the leaf hash covers are the same bytes.
 */
import { hash } from 'node:crypto';
import { decodeUtf8, parseCanonicalText, type JsonValue } from './canonical';
import { commitLink, isDigest, newSalt } from './commitment';
import { ascending, isExactly, isInstant, readEvent, type ParsedEvent } from './event-shape';
import { FormatError } from './format-error';
import type { HeldDisclosure } from './held-disclosure';
import { readPlainEntry } from './plain-entry';

/** The uint16 length prefix of C2SP entry bundles. */
export const MAX_ENTRY_BYTES = 65_535;
/** So many links always fit beside an event of MAX_EVENT_BYTES. The source stream is one of them. */
export const MAX_ENTRY_LINKS = 360;
/** `prev` of index 0 and of the first entry of a stream: base64url of 32 zero bytes. */
export const ZERO_HASH = Buffer.alloc(32).toString('base64url');

/** Where an entry stands. `prev` is base64url of the leaf hash of the entry before. */
export interface EntryPlace {
  readonly index: number;
  readonly prev: string;
  readonly recordedAt: string;
  /** The room for its outbox, `<room>/direct` for its direct channel. */
  readonly source: string;
  readonly sourceSeq: number;
}

/** The entry's number in a stream, from 1, and the leaf hash of the stream's entry before it. */
export interface StreamLink<Stream extends string = string> {
  readonly stream: Stream;
  readonly n: number;
  readonly prev: string;
}

export interface WrittenEntry<Stream extends string = string> {
  readonly bytes: Buffer;
  readonly leafHash: Buffer;
  /** One held disclosure of kind link per stream. */
  readonly links: readonly HeldDisclosure<Stream>[];
}

export interface ParsedEntry extends EntryPlace {
  readonly v: 1;
  /** Digests of links, sorted. */
  readonly links: readonly string[];
  readonly event: ParsedEvent;
  /** The event bytes inside `bytes`, a view. */
  readonly eventBytes: Buffer;
}

const SOURCE = /^[a-z]{1,30}(\/direct)?$/;
const HEAD = '{"event":';
/** Last stands right after the event: nothing in the tail can hold it again. */
const TAIL = ',"index":';

function refuse(message: string): never {
  throw new FormatError('ENTRY_MALFORMED', message);
}

/**
 * Entry bytes and leaf hash. The caller MUST have checked the event bytes (parseEvent) when they came in; here they are
 * copied unread, because this runs inside the one writer of the ledger. Only tests give another source of salts.
 */
export function writeEntry<Stream extends string>(
  place: EntryPlace,
  event: Uint8Array,
  streams: readonly StreamLink<Stream>[],
  drawSalt: () => string = newSalt,
): WrittenEntry<Stream> {
  if (streams.length > MAX_ENTRY_LINKS) refuse(`an entry has ${streams.length} links, at most ${MAX_ENTRY_LINKS} are allowed`);
  const links = streams.map(({ stream, n, prev }): HeldDisclosure<Stream> => {
    const { digest, text } = commitLink(stream, n, prev, drawSalt());
    return { digest, kind: 'link', reveal: [stream], text };
  });
  const { bytes, leafHash } = spliceEntry(
    place,
    event,
    links.map((link) => link.digest),
  );
  return { bytes, leafHash, links };
}

/** The same with link digests already made. */
export function spliceEntry(place: EntryPlace, event: Uint8Array, linkDigests: string[]): { bytes: Buffer; leafHash: Buffer } {
  assertPlace(place);
  const tail = writeTail(place, linkDigests.sort());
  const length = HEAD.length + event.length + tail.length;
  if (length > MAX_ENTRY_BYTES) refuse(`an entry has ${length} bytes, at most ${MAX_ENTRY_BYTES} are allowed`);
  // The leaf's domain byte stands before the entry in the same buffer: one hash call over one piece of memory.
  const leaf = Buffer.allocUnsafe(length + 1);
  leaf[0] = 0x00;
  leaf.write(HEAD, 1, 'latin1');
  leaf.set(event, 1 + HEAD.length);
  leaf.write(tail, 1 + HEAD.length + event.length, 'latin1');
  return { bytes: leaf.subarray(1), leafHash: hash('sha256', leaf, 'buffer') };
}

function assertPlace(place: EntryPlace): void {
  if (!Number.isSafeInteger(place.index) || place.index < 0) refuse('an index counts from 0');
  if (!Number.isSafeInteger(place.sourceSeq) || place.sourceSeq < 1) refuse('sourceSeq counts from 1');
  if (!isDigest(place.prev)) refuse('prev is not 32 bytes of base64url');
  if (!isInstant(place.recordedAt)) refuse('recordedAt is not an instant in UTC with milliseconds');
  if (typeof place.source !== 'string' || !SOURCE.test(place.source)) refuse('a source is not a room or room/direct');
  if (place.index === 0 && place.prev !== ZERO_HASH) refuse('the first entry has nothing before it');
}

/** Everything after the event; ASCII only. */
function writeTail(place: EntryPlace, links: readonly string[]): string {
  const list = links.length === 0 ? '' : `"${links.join('","')}"`;
  return `,"index":${place.index},"links":[${list}],"prev":"${place.prev}","recordedAt":"${place.recordedAt}","source":"${place.source}","sourceSeq":${place.sourceSeq},"v":1}`;
}

const MEMBERS = ['event', 'index', 'links', 'prev', 'recordedAt', 'source', 'sourceSeq', 'v'];

/** The entry in bytes that are exactly canonical and exactly of this shape. */
export function parseEntry(bytes: Uint8Array): ParsedEntry {
  if (bytes.length > MAX_ENTRY_BYTES) refuse(`an entry has more than ${MAX_ENTRY_BYTES} bytes`);
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = decodeUtf8(buffer);
  const plain = readPlainEntry(text, buffer);
  if (plain !== null && (plain.index > 0 || plain.prev === ZERO_HASH) && plain.links.length <= MAX_ENTRY_LINKS) return plain;
  return { ...readEntry(parseCanonicalText(text)), eventBytes: eventOf(buffer, text) };
}

function readEntry(value: JsonValue): Omit<ParsedEntry, 'eventBytes'> {
  if (!isExactly(value, MEMBERS)) return refuse('an entry lacks a member or has an unknown one');
  if (value['v'] !== 1) return refuse('the entry format is not version 1');
  const place = value as unknown as EntryPlace;
  assertPlace(place);
  const links = readLinks(value['links']);
  const event = readEvent(value['event']);
  const { index, prev, recordedAt, source, sourceSeq } = place;
  return { v: 1, index, prev, recordedAt, source, sourceSeq, links, event };
}

/** Everything after the event is ASCII, so lengths in characters are lengths in bytes. */
function eventOf(bytes: Buffer, text: string): Buffer {
  return bytes.subarray(HEAD.length, bytes.length - (text.length - text.lastIndexOf(TAIL)));
}

function readLinks(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return refuse('links is not a list');
  if (value.length > MAX_ENTRY_LINKS) return refuse(`an entry has more than ${MAX_ENTRY_LINKS} links`);
  return ascending(value as readonly JsonValue[], 'ENTRY_MALFORMED');
}
