/** Cosignatures beside the checkpoints they are for: kept, and put under the note again for whoever is shown the checkpoint. */
import type { HashSource } from '../reader/tree-reader';
import { latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';

/** A pool, a connection, or a request's own transaction. */
export type Statements = HashSource;

export interface StoredCosignature {
  readonly size: number;
  /** The witness's verifier key. */
  readonly witness: string;
  /** The signature line, with its LF. */
  readonly line: string;
  readonly at: Date;
}

const ADD = 'insert into cosignature (size, witness, line, cosigned_at) values ($1, $2, $3, $4) on conflict do nothing';
const LAST = 'select max(size) as size from cosignature where witness = $1';
const OF_CHECKPOINTS = 'select size, string_agg(line, \'\' order by witness) as lines from cosignature where size = any($1) group by size';
/** More that do not hold under the policy than these were no accident, and the newest checkpoint says that it is not cosigned. */
const CANDIDATES = 16;
const BY_ALL = `select checkpoint.size, checkpoint.root, checkpoint.note from checkpoint join
  (select size from cosignature where witness = any($1) group by size having count(distinct witness) = $2 order by size desc limit $3) cosigned using (size) order by size desc`;

/** The newest checkpoints that have a line by each of these witnesses, newest first. */
export async function cosignedByAll(database: Statements, witnesses: readonly string[]): Promise<SignedCheckpoint[]> {
  const { rows } = await database.query<{ size: string; root: Buffer; note: string }>(BY_ALL, [witnesses, witnesses.length, CANDIDATES]);
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

export async function addCosignature(database: Statements, { size, witness, line, at }: StoredCosignature): Promise<void> {
  await database.query(ADD, [size, witness, line, at]);
}

/** The largest size this witness cosigned, as far as this database knows; null: none. */
export async function lastCosignedSize(database: Statements, witness: string): Promise<number | null> {
  const { rows } = await database.query<{ size: string | null }>(LAST, [witness]);
  const size = rows[0]?.size ?? null;
  return size === null ? null : Number(size);
}

/** The notes with the cosignatures stored for them. */
export async function withCosignatures<T extends { readonly size: number; readonly note: string }>(database: Statements, checkpoints: readonly T[]): Promise<T[]> {
  const { rows } = await database.query<{ size: string; lines: string }>(OF_CHECKPOINTS, [checkpoints.map(({ size }) => size)]);
  const lines = new Map(rows.map((row) => [Number(row.size), row.lines]));
  return checkpoints.map((checkpoint) => ({ ...checkpoint, note: checkpoint.note + (lines.get(checkpoint.size) ?? '') }));
}

/** The latest checkpoint with the cosignatures that have come in for it; null before the first. */
export async function cosignedCheckpoint(database: Statements): Promise<SignedCheckpoint | null> {
  const latest = await latestCheckpoint(database);
  const [checkpoint = null] = latest === null ? [] : await withCosignatures(database, [latest]);
  return checkpoint;
}
