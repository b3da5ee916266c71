/**
 * Recording of refusals: the first of its kind is an entry at once, its repeats within a minute are one further entry with
 * their count, so that a loop of refused calls can neither hide nor flood the ledger.
 */
import type { Pool } from 'pg';
import type { StreamName } from '../schema/vocabulary';
import type { Actor } from './actor';
import { composeSubmission, type EventDraft, type Json } from './event-draft';
import { insertOutbox, type StatementRunner } from './outbox/outbox';
import { workerTransaction } from './worker-transaction';

export const REFUSAL_WINDOW_MS = 60_000;

/** What is refused, in the words of the entry. `subject` tells identical refusals from others. */
export interface RefusalRecord {
  readonly type: string;
  readonly subject: string;
  readonly actor: Actor;
  readonly occurredAt: Date;
  readonly facts: { readonly [name: string]: Json };
  readonly hidden: { readonly [name: string]: Json };
  readonly streams: readonly StreamName[];
  readonly decision: NonNullable<EventDraft['decision']>;
}

function draftOf(record: RefusalRecord, count: number): EventDraft {
  return {
    type: record.type,
    typeVersion: 1,
    retention: 'OPERATION',
    actor: record.actor,
    occurredAt: record.occurredAt,
    purpose: record.actor.purpose,
    decision: record.decision,
    facts: { ...record.facts, count, since: record.occurredAt.toISOString() },
    hidden: record.hidden,
    streams: record.streams,
  };
}

const COUNT = `insert into refusal (org, sub, subject, since, repeats, draft) values ($1, $2, $3, $4, 0, $5)
  on conflict (org, sub, subject) do update set repeats = refusal.repeats + 1 returning repeats`;

/** Call inside a transaction of its own: what was refused has been rolled back. Returns the id of the record made, if any. */
export async function recordRefusal(runner: StatementRunner, record: RefusalRecord): Promise<string | null> {
  const counted = (await runner.query(COUNT, [
    record.actor.org,
    record.actor.sub,
    record.subject,
    record.occurredAt,
    JSON.stringify(record),
  ])) as { rows: { repeats: number }[] };
  if (counted.rows[0]!.repeats > 0) return null;
  const submission = composeSubmission(draftOf(record, 1), null);
  await insertOutbox(runner, [{ submission }]);
  return submission.idempotencyKey;
}

const ENDED = `delete from refusal where since < now() - ($1 * interval '1 millisecond') returning repeats, draft`;

/** Ends the windows that have passed and records their repeats. Runs on the room's worker, at most one at a time. */
export async function sweepRefusals(worker: Pool): Promise<number> {
  return workerTransaction(worker, async (client) => {
    const { rows } = await client.query<{ repeats: number; draft: string }>(ENDED, [REFUSAL_WINDOW_MS]);
    const repeated = rows.filter((row) => row.repeats > 0).map((row) => ({ record: reviveRecord(row.draft), repeats: row.repeats }));
    const records = repeated.map(({ record, repeats }) => ({ submission: composeSubmission(draftOf(record, repeats), null) }));
    if (records.length > 0) await insertOutbox(client, records);
    return records.length;
  });
}

function reviveRecord(text: string): RefusalRecord {
  const record = JSON.parse(text) as RefusalRecord & { occurredAt: string; decision: { at: string } };
  return { ...record, occurredAt: new Date(record.occurredAt), decision: { ...record.decision, at: new Date(record.decision.at) } };
}
