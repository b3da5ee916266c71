/**
 * Copies validated rows into staging, in segments that commit on their own. A row staged before is passed over, so an
 * interrupted import starts its file again from the top and repeats nothing.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { HubError } from '../../../kernel/errors';
import { newId } from '../../../schema/ids';
import { inWorkerTransaction, lockBatch } from './batch';
import type { ImportTools, StagedDebt } from './staged-debt';

/** A few megabytes of text: far below the worker's statement time even on a slow disk. */
const SEGMENT_ROWS = 5_000;

const COPY = `copy debt_staging (batch_id, row_no, debt_id, borrower_id, reference, product, region, currency, principal_minor, interest_minor,
  penalty_interest_minor, fee_minor, cost_minor, days_past_due, as_of, payment_ids, payment_minors, payment_days) from stdin`;

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** COPY's text format: these four characters would end a value or a row. */
function escapeText(value: string): string {
  return value.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPED[character]!);
}

function copyLine(batchId: string, row: StagedDebt): string {
  const { components: owed, payments } = row;
  const values = [
    batchId,
    row.rowNo,
    row.debtId,
    row.borrowerId,
    escapeText(row.reference),
    row.product,
    row.region,
    row.currency,
    owed.principal,
    owed.interest,
    owed.penaltyInterest,
    owed.fee,
    owed.cost,
    row.daysPastDue,
    row.asOf,
    `{${payments.map(() => newId('payment')).join(',')}}`,
    `{${payments.map(({ amountMinor }) => amountMinor).join(',')}}`,
    `{${payments.map(({ receivedOn }) => receivedOn).join(',')}}`,
  ];
  return `${values.join('\t')}\n`;
}

async function copySegment(client: PoolClient, batchId: string, rows: readonly StagedDebt[]): Promise<void> {
  const lines = rows.map((row) => copyLine(batchId, row)).join('');
  await pipeline(Readable.from([lines]), client.query(copyFrom(COPY)));
}

async function stageSegment(tools: ImportTools, batchId: string, segment: readonly StagedDebt[]): Promise<number> {
  return inWorkerTransaction(tools, async (client) => {
    const batch = await lockBatch(client, batchId);
    if (batch.state === 'CLOSED') throw new HubError('CONFLICT', 'This file has been imported already.');
    const fresh = segment.filter(({ rowNo }) => rowNo > batch.stagedThrough);
    if (fresh.length === 0) return 0;
    await copySegment(client, batchId, fresh);
    await client.query('update import_batch set staged_rows = staged_rows + $2, staged_through = $3 where id = $1', [batchId, fresh.length, fresh.at(-1)!.rowNo]);
    return fresh.length;
  });
}

/** How many rows were staged now; those staged before are not counted. Rows MUST come in ascending order of `rowNo`. */
export async function stageDebts(tools: ImportTools, batchId: string, rows: Iterable<StagedDebt> | AsyncIterable<StagedDebt>): Promise<number> {
  let staged = 0;
  let last = 0;
  let segment: StagedDebt[] = [];
  for await (const row of rows) {
    if (row.rowNo <= last) throw new RangeError('rows of an import are staged in ascending order');
    last = row.rowNo;
    segment.push(row);
    if (segment.length === SEGMENT_ROWS) {
      staged += await stageSegment(tools, batchId, segment);
      segment = [];
    }
  }
  return segment.length === 0 ? staged : staged + (await stageSegment(tools, batchId, segment));
}
