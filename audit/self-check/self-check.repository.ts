/** Where the scheduled self-check stands: one row, written by the process that has its lease, read by every replica. */
import type { Pool } from 'pg';
import type { Difference } from './checked-row';
import type { SelfCheckMark } from './self-check';

type Statements = Pick<Pool, 'query'>;

export interface SelfCheckState {
  /** Where an unfinished pass goes on; null: no pass is under way. */
  readonly mark: SelfCheckMark | null;
  /** The last index of the log that the pass under way, or the last one, has derived again; -1 before any. */
  readonly verifiedIndex: number;
  readonly begunAt: Date | null;
  /** When a whole pass last found nothing. */
  readonly cleanAt: Date | null;
  /** What the last pass that ended found. */
  readonly difference: Difference | null;
  /** Passes that found a difference, ever. */
  readonly failures: number;
}

interface StateRow {
  readonly mark: string | null;
  readonly verified_index: string | number;
  readonly begun_at: Date | null;
  readonly clean_at: Date | null;
  readonly difference: string | null;
  readonly failures: string | number;
}

const READ = 'select mark, verified_index, begun_at, clean_at, difference, failures from self_check';
const BEGIN = 'update self_check set mark = $1, begun_at = $2';
const KEEP = 'update self_check set mark = $1, verified_index = $2';
const CLEAN = 'update self_check set mark = null, verified_index = $1, clean_at = $2, difference = null';
const DIFFERS = 'update self_check set mark = null, verified_index = $1, difference = $2, failures = failures + 1';

export async function readSelfCheck(database: Statements): Promise<SelfCheckState> {
  const { rows } = await database.query<StateRow>(READ);
  const row = rows[0] as StateRow;
  return {
    mark: readMark(row.mark),
    verifiedIndex: Number(row.verified_index),
    begunAt: row.begun_at,
    cleanAt: row.clean_at,
    difference: row.difference === null ? null : (JSON.parse(row.difference) as Difference),
    failures: Number(row.failures),
  };
}

/** A pass that an earlier release began has no place for the heads of streams: it is begun again. */
function readMark(text: string | null): SelfCheckMark | null {
  const mark = text === null ? null : (JSON.parse(text) as SelfCheckMark);
  return mark === null || (mark.next > 0 && (mark.heads ?? null) === null) ? null : mark;
}

export async function beginPass(database: Statements, mark: SelfCheckMark, at: Date): Promise<void> {
  await database.query(BEGIN, [JSON.stringify(mark), at]);
}

export async function keepMark(database: Statements, mark: SelfCheckMark): Promise<void> {
  await database.query(KEEP, [JSON.stringify(mark), mark.next - 1]);
}

export async function endPass(database: Statements, mark: SelfCheckMark, outcome: { readonly at: Date; readonly difference: Difference | null }): Promise<void> {
  if (outcome.difference === null) await database.query(CLEAN, [mark.next - 1, outcome.at]);
  else await database.query(DIFFERS, [mark.next - 1, JSON.stringify(outcome.difference)]);
}
