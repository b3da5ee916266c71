/**
 * The ledger's port over HTTP: the credential of a room and the JSON of both requests. Bytes travel as base64 and come out
 * as they went in. Parsing refuses what is not exactly of this shape; what it means is for the writer to check.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { ROOMS, type RoomName, type StreamName } from '../schema/vocabulary';
import { HubError } from './errors';
import { deriveKey } from './keys';
import type { AppendResult, Channel, HeldDisclosure, LedgerPage, StreamPosition, Submission } from './ledger';
import type { OwnRecord } from './outbox/own-records';
import type { Secret } from './secret';

export const LEDGER_PATHS = { append: '/ledger/append', read: '/ledger/read', sent: '/ledger/sent' } as const;
/** A full batch of a relay with everything beside it; a disclosure of one page is a hundredth of it. */
export const APPEND_BYTES_MAX = 64 * 1024 * 1024;

/** What a room presents to the ledger. Derived, so nothing has to be handed out; a room learns only its own. */
export function ledgerCredential(masterKey: Secret<Buffer>, room: RoomName): string {
  return deriveKey(masterKey, `ledger channel ${room}`).toString('base64url');
}

/** The room a bearer credential belongs to, or null. Every room is compared, so time tells nothing. */
export function openCredentials(masterKey: Secret<Buffer>): (authorization: string | undefined) => RoomName | null {
  const known = ROOMS.map((room) => ({ room, digest: hash('sha256', ledgerCredential(masterKey, room), 'buffer') }));
  return (authorization) => {
    const given = hash('sha256', /^Bearer (.{1,100})$/.exec(authorization ?? '')?.[1] ?? '', 'buffer');
    return known.filter(({ digest }) => timingSafeEqual(given, digest))[0]?.room ?? null;
  };
}

export interface AppendRequest {
  readonly channel: Channel;
  readonly deadlineMs: number;
  readonly submissions: readonly Submission[];
}

type Members = Readonly<Record<string, unknown>>;

function malformed(what: string): never {
  throw new HubError('BAD_INPUT', `The ledger request is malformed: ${what}.`);
}

function members(value: unknown, what: string): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : malformed(what);
}

function text(value: unknown, what: string): string {
  return typeof value === 'string' ? value : malformed(what);
}

function list(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : malformed(what);
}

function count(value: unknown, what: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : malformed(what);
}

function json(body: string): Members {
  try {
    return members(JSON.parse(body), 'no object');
  } catch (error) {
    // The parser's own message repeats a part of the body.
    if (error instanceof HubError) throw error;
    return malformed('no JSON');
  }
}

export function formatAppend({ channel, deadlineMs, submissions }: AppendRequest): string {
  return JSON.stringify({ channel, deadlineMs, submissions: submissions.map((one) => ({ ...one, event: one.event.toString('base64') })) });
}

export function parseAppend(body: string): AppendRequest {
  const { channel, deadlineMs, submissions } = json(body);
  if (channel !== 'outbox' && channel !== 'direct') return malformed('no channel');
  return { channel, deadlineMs: count(deadlineMs, 'no deadline'), submissions: list(submissions, 'no submissions').map(parseSubmission) };
}

function parseSubmission(value: unknown): Submission {
  const { idempotencyKey, event, streams, expect, disclosures, sourceSeq } = members(value, 'a submission');
  return {
    idempotencyKey: text(idempotencyKey, 'a key'),
    event: Buffer.from(text(event, 'an event'), 'base64'),
    streams: list(streams, 'streams').map((stream) => text(stream, 'a stream') as StreamName),
    disclosures: list(disclosures, 'disclosures').map(parseDisclosureHeld),
    ...(expect === undefined ? {} : { expect: list(expect, 'expect').map(parsePosition) }),
    ...(sourceSeq === undefined ? {} : { sourceSeq: count(sourceSeq, 'a sourceSeq') }),
  };
}

function parsePosition(value: unknown): StreamPosition {
  const { stream, n } = members(value, 'a position');
  return { stream: text(stream, 'a stream') as StreamName, n: count(n, 'a number') };
}

function parseDisclosureHeld(value: unknown): HeldDisclosure {
  const { digest, kind, reveal, text: shown, subject, sealed } = members(value, 'a disclosure');
  if (kind !== 'structural' && kind !== 'personal' && kind !== 'link') return malformed('a kind of disclosure');
  return {
    digest: text(digest, 'a digest'),
    kind,
    reveal: reveal === null ? null : list(reveal, 'reveal').map((stream) => text(stream, 'a stream') as StreamName),
    text: shown === null ? null : text(shown, 'a disclosure'),
    ...(subject === undefined ? {} : { subject: text(subject, 'a subject') }),
    ...(sealed === undefined ? {} : { sealed: text(sealed, 'a sealed value') }),
  };
}

export function formatResults(results: readonly AppendResult[]): string {
  return JSON.stringify({ results });
}

/** The answers of the hub's own ledger to this room, `expected` of them. */
export function parseResults(body: string, expected: number): AppendResult[] {
  const results = list(json(body)['results'], 'no results').map((value) => members(value, 'a result'));
  const wellFormed = results.every((one) => (one['ok'] === true ? Number.isSafeInteger(one['index']) && typeof one['leafHash'] === 'string' : one['ok'] === false));
  if (results.length !== expected || !wellFormed) return malformed('another number or form of results');
  return results as unknown as AppendResult[];
}

export function formatPage({ entries, size, checkpoint }: LedgerPage): string {
  return JSON.stringify({ size, checkpoint, entries: entries.map(({ index, bytes, disclosures }) => ({ index, bytes: bytes.toString('base64'), disclosures })) });
}

export function formatSent(records: readonly OwnRecord[]): string {
  return JSON.stringify({ records });
}

export function parseSent(body: string): OwnRecord[] {
  return list(json(body)['records'], 'no records').map((value) => {
    const { seq, eventId, index } = members(value, 'a record');
    return { seq: count(seq, 'a number'), eventId: text(eventId, 'an event id'), index: count(index, 'an index') };
  });
}

export function parsePage(body: string): LedgerPage {
  const { entries, size, checkpoint } = json(body);
  return {
    size: count(size, 'no size'),
    checkpoint: checkpoint === null ? null : text(checkpoint, 'no checkpoint'),
    entries: list(entries, 'no entries').map((value) => {
      const { index, bytes, disclosures } = members(value, 'an entry');
      return { index: count(index, 'an index'), bytes: Buffer.from(text(bytes, 'entry bytes'), 'base64'), disclosures: list(disclosures, 'disclosures').map(parseDisclosureHeld) };
    }),
  };
}
