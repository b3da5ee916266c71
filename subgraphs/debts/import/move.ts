/**
 * Moves staged debts into their tables, chunk by chunk: rows, historic payments, ledger records and the position commit
 * together, so an import killed anywhere goes on where it was and registers nothing twice.
 */
import type { PoolClient } from 'pg';
import { composeSubmission } from '../../../kernel/event-draft';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { debtRegistered, type RegisteredDebt } from '../debt.event';
import { inWorkerTransaction, lockBatch } from './batch';
import type { ImportBatch, ImportTools, MovedChunk, RejectedRow } from './staged-debt';

/** About a quarter of a second: the relay and other writers of the room are never held up longer, on a busy machine too. */
export const DEBTS_PER_CHUNK_MAX = 1_000;

type StagedRow = Omit<RegisteredDebt, 'creditorId'> & { readonly rowNo: number };

const NEXT = `select row_no as "rowNo", debt_id as id, borrower_id as "borrowerId", product, region, currency, principal_minor as principal,
    interest_minor as interest, penalty_interest_minor as "penaltyInterest", fee_minor as fee, cost_minor as cost, days_past_due as "daysPastDue", as_of::text as "asOf"
  from debt_staging where batch_id = $1 order by row_no limit $2`;

/** A reference the creditor already uses is no debt of this file: its row is rejected, the others go on. */
const DEBTS = `insert into debt (id, creditor_id, borrower_id, reference, product, region, currency, principal_minor, interest_minor, penalty_interest_minor,
    fee_minor, cost_minor, days_past_due, as_of, delinquent_since, state, registered_at, batch_id)
  select debt_id, $3, borrower_id, reference, product, region, currency, principal_minor, interest_minor, penalty_interest_minor,
    fee_minor, cost_minor, days_past_due, as_of, as_of - days_past_due, 'OPEN', $4, $1
  from debt_staging where batch_id = $1 and row_no <= $2 order by row_no
  on conflict (creditor_id, reference) do nothing returning id`;

const PAYMENTS = `insert into payment (id, debt_id, creditor_id, borrower_id, amount_minor, currency, received_on, source, designation, recorded_at)
  select p.id, s.debt_id, $3, s.borrower_id, p.minor, s.currency, p.day, 'HISTORY', '{}', $4
  from debt_staging s cross join lateral unnest(s.payment_ids, s.payment_minors, s.payment_days) as p (id, minor, day)
  where s.batch_id = $1 and s.row_no <= $2 and s.debt_id = any($5)`;

/** The keys of all borrowers of a chunk in one question; one that has none yet gets it, whichever room asks first. */
async function keysOf({ keyStore }: ImportTools, borrowerIds: readonly string[]): Promise<Map<string, Buffer>> {
  const distinct = [...new Set(borrowerIds)];
  const keys = await keyStore.keys(distinct);
  const missing = distinct.filter((id) => !keys.has(id));
  if (missing.length > 0) for (const [id, key] of await keyStore.createKeys(missing)) keys.set(id, key);
  return keys;
}

async function recordDebts(tools: ImportTools, client: PoolClient, rows: readonly StagedRow[], at: { creditorId: string; now: Date }): Promise<void> {
  const keys = await keysOf(tools, rows.map(({ borrowerId }) => borrowerId));
  const records = rows.map((row) => {
    const draft = { ...debtRegistered({ ...row, creditorId: at.creditorId }), actor: null, occurredAt: at.now };
    return { submission: composeSubmission(draft, keys.get(row.borrowerId) ?? null) };
  });
  if (records.length > 0) await insertOutbox(client, records);
}

async function moveRows(tools: ImportTools, client: PoolClient, batch: ImportBatch, staged: readonly StagedRow[]): Promise<RejectedRow[]> {
  const { creditorId } = batch;
  const now = tools.clock();
  const range = [batch.id, staged.at(-1)!.rowNo, creditorId, now];
  const { rows: inserted } = await client.query<{ id: string }>({ name: 'import_debts', text: DEBTS, values: range });
  const moved = new Set(inserted.map(({ id }) => id));
  await client.query({ name: 'import_payments', text: PAYMENTS, values: [...range, [...moved]] });
  await recordDebts(tools, client, staged.filter(({ id }) => moved.has(id)), { creditorId, now });
  const rejected = staged.filter(({ id }) => !moved.has(id)).map(({ rowNo }) => ({ rowNo, ruleId: 'DEBT-REFERENCE-UNUSED' }));
  await client.query('insert into import_rejection (batch_id, row_no, rule_id) select $1, * from unnest($2::bigint[], $3::text[])', [
    batch.id,
    rejected.map(({ rowNo }) => rowNo),
    rejected.map(({ ruleId }) => ruleId),
  ]);
  await client.query('delete from debt_staging where batch_id = $1 and row_no <= $2', [batch.id, staged.at(-1)!.rowNo]);
  await client.query('update import_batch set moved_rows = moved_rows + $2, rejected_rows = rejected_rows + $3 where id = $1', [batch.id, moved.size, rejected.length]);
  return rejected;
}

/** Moves the next rows of a batch, at most `limit`. Safe to repeat and safe to run beside another mover of the same batch. */
export async function moveChunk(tools: ImportTools, batchId: string, limit: number = DEBTS_PER_CHUNK_MAX): Promise<MovedChunk> {
  return inWorkerTransaction(tools, async (client) => {
    const batch = await lockBatch(client, batchId);
    const size = Math.min(limit, DEBTS_PER_CHUNK_MAX);
    const { rows: staged } = await client.query<StagedRow>({ name: 'import_next', text: NEXT, values: [batchId, size] });
    if (staged.length === 0) return { moved: 0, rejected: [], isDone: true };
    const rejected = await moveRows(tools, client, batch, staged);
    return { moved: staged.length - rejected.length, rejected, isDone: staged.length < size };
  });
}
