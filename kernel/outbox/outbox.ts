/**
 * The outbox: what a room says happened, committed in the same transaction as the rows it is about. Nothing is sent from
 * here; the relay numbers and delivers what committed.
 */
import { composeSubmission, type EventDraft } from '../event-draft';
import type { HeldDisclosure, StreamPosition, Submission } from '../ledger';
import type { KeyStore } from '../vault/key-store';

/** The one thing an outbox needs of a transaction, so that an import's own connection serves too. */
export interface StatementRunner {
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
}

export interface OutboxRecord {
  readonly submission: Submission;
  /** Named when a STALE refusal can be reconsidered: which of the room's reconsiderations, with its argument. */
  readonly reconsider?: { readonly name: string; readonly argument: string };
}

/** record_id stays when a refused record is replaced by another event: whoever waits, waits for the record. */
const INSERT = `insert into outbox (record_id, event_id, event, streams, expect, disclosures, reconsider)
  select id, id, event, streams, expect, disclosures, reconsider from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[])
    as r(id, event, streams, expect, disclosures, reconsider)`;

/** Adds records in order; they reach the ledger if and only if the transaction commits. */
export async function insertOutbox(runner: StatementRunner, records: readonly OutboxRecord[]): Promise<void> {
  await runner.query(INSERT, [
    records.map(({ submission }) => submission.idempotencyKey),
    records.map(({ submission }) => submission.event),
    records.map(({ submission }) => JSON.stringify(submission.streams)),
    records.map(({ submission }) => JSON.stringify(submission.expect ?? [])),
    records.map(({ submission }) => JSON.stringify(submission.disclosures)),
    records.map(({ reconsider }) => (reconsider === undefined ? null : JSON.stringify(reconsider))),
  ]);
}

/** Composes and adds one event; fetches the subject's key when the draft holds personal values. Returns the record's id. */
export async function recordEvent(runner: StatementRunner, keyStore: KeyStore, draft: EventDraft, reconsider?: OutboxRecord['reconsider']): Promise<string> {
  const subject = draft.personal?.subject;
  const key = subject === undefined ? null : ((await keyStore.keys([subject])).get(subject) ?? null);
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
