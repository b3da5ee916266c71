/**
 * Which earlier checkpoints an export carries: those that others attested, those of earlier exports, and one of each day, so
 * that whoever kept one of them can compare. Bounded, newest first.
 */
import type { SeriesRecord } from '../log/checkpoint-series';
import { proveConsistency } from '../log/proof';
import { storedNodes } from '../reader/tree-reader';
import { withCosignatures, type Statements } from './cosignatures.repository';

const ATTESTED = 64;
const EXPORTED = 64;
const DAYS = 366;

/** Sizes of checkpoints below $1; a size that an export stood on is one of a checkpoint. */
const HISTORY = `with wanted as (
    (select size from (select size from cosignature where size < $1 union select size from checkpoint_timestamp where size < $1) attested order by size desc limit $2)
    union (select tree_size from export where state = 'READY' and tree_size < $1 order by tree_size desc limit $3)
    union (select max(size) from checkpoint where size < $1 group by signed_at_ms / 86400000 order by 1 desc limit $4)
  ) select size, note from checkpoint join wanted using (size) where size > 0 order by size`;

export interface PastRecord extends SeriesRecord {
  readonly size: number;
}

/** For an export that stands on the checkpoint of `size`. */
export async function readHistory(database: Statements, size: number): Promise<PastRecord[]> {
  const { rows } = await database.query<{ size: string; note: string }>(HISTORY, [size, ATTESTED, EXPORTED, DAYS]);
  const checkpoints = await withCosignatures(database, rows.map((row) => ({ size: Number(row.size), note: row.note })));
  const records: PastRecord[] = [];
  for (const { size: earlier, note } of checkpoints) records.push({ size: earlier, checkpoint: note, consistency: await proveConsistency(earlier, size, storedNodes(database)) });
  return records;
}
