/**
 * The outbox: what a room says happened, committed in the same transaction as the rows it is about. Nothing is sent from
 * here; the relay numbers and delivers what committed.
 */
import { composeSubmission, type EventDraft } from '../event-draft';
import type { HeldDisclosure, StreamPosition, Submission } from '../ledger';
import type { KeyStore } from '../vault/key-store';
import { subjectKey } from '../vault/subject-key';

/** The one thing an outbox needs of a transaction, so that an import's own connection serves too. */
export interface StatementRunner {
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
}

export interface OutboxRecord {
  readonly submission: Submission;
  /** Named when a STALE refusal can be reconsidered: which of the room's reconsiderations, with its argument. */
  readonly reconsider?: { readonly name: string; readonly argument: string };
}

/**
 * record_id stays when a refused record is replaced by another event: whoever waits, waits for the record. Everything long
 * travels in one binary parameter and is cut up by the database: arrays of it would be escaped here and unescaped there.
 */
const INSERT = `insert into outbox (record_id, event_id, event, streams, expect, disclosures, reconsider)
  select id, id, substr($1::bytea, event_at, event), convert_from(substr($1::bytea, text_at, streams), 'UTF8'),
    convert_from(substr($1::bytea, text_at + streams, expect), 'UTF8'),
    convert_from(substr($1::bytea, text_at + streams + expect, disclosures), 'UTF8'), reconsider
  from unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::text[])
    as r(id, event_at, event, text_at, streams, expect, disclosures, reconsider)`;

/** Of numbers and of event ids, which need no escaping. */
const arrayOf = (values: readonly (number | string)[]): string => `{${values.join(',')}}`;

/** Where each value begins behind those before it, counted as substr counts. */
function startsOf(lengths: readonly number[], first: number): number[] {
  let next = first + 1;
  return lengths.map((length) => (next += length) - length);
}

/** Adds records in order; they reach the ledger if and only if the transaction commits. */
export async function insertOutbox(runner: StatementRunner, records: readonly OutboxRecord[]): Promise<void> {
  const events = records.map(({ submission }) => submission.event);
  const texts = records.map(({ submission: { streams, expect = [], disclosures } }) => [streams, expect, disclosures].map((part) => JSON.stringify(part)));
  const eventLengths = events.map(({ length }) => length);
  const textLengths = texts.map((parts) => parts.map((part) => Buffer.byteLength(part)));
  const textsAt = eventLengths.reduce((sum, length) => sum + length, 0);
  await runner.query(INSERT, [
    Buffer.concat([...events, Buffer.from(texts.flat().join(''), 'utf8')]),
    arrayOf(records.map(({ submission }) => submission.idempotencyKey)),
    arrayOf(startsOf(eventLengths, 0)),
    arrayOf(eventLengths),
    arrayOf(startsOf(textLengths.map((lengths) => lengths.reduce((sum, length) => sum + length)), textsAt)),
    ...[0, 1, 2].map((part) => arrayOf(textLengths.map((lengths) => lengths[part]!))),
    records.map(({ reconsider }) => (reconsider === undefined ? null : JSON.stringify(reconsider))),
  ]);
}

/** Composes and adds one event; fetches the subject's key when the draft holds personal values. Returns the record's id. */
export async function recordEvent(runner: StatementRunner, keyStore: KeyStore, draft: EventDraft, reconsider?: OutboxRecord['reconsider']): Promise<string> {
  const subject = draft.personal?.subject;
  const key = subject === undefined ? null : await subjectKey(keyStore, subject);
  const submission = composeSubmission(subject !== undefined && key === null ? withoutPersonal(draft) : draft, key);
  await insertOutbox(runner, [reconsider === undefined ? { submission } : { submission, reconsider }]);
  return submission.idempotencyKey;
}

/** An erased subject has no key to seal under: the fact is still recorded, the values are not. */
function withoutPersonal(draft: EventDraft): EventDraft {
  const { personal: _erased, ...rest } = draft;
  return rest;
}

export interface OutboxRow {
  readonly id: number;
  readonly record_id: string;
  readonly event_id: string;
  readonly event: Buffer;
  readonly streams: string;
  readonly expect: string;
  readonly disclosures: string;
  readonly reconsider: string | null;
  readonly seq: number;
}

export function toSubmission(row: OutboxRow): Submission {
  return {
    idempotencyKey: row.event_id,
    sourceSeq: row.seq,
    event: row.event,
    streams: JSON.parse(row.streams) as Submission['streams'],
    expect: JSON.parse(row.expect) as StreamPosition[],
    disclosures: JSON.parse(row.disclosures) as HeldDisclosure[],
  };
}
