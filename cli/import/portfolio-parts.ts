/**
 * The rows of a portfolio after their mapping, in parts small enough to be handed from thread to thread. Plain values only:
 * a part is the same whether it was read beside its reader or far from it.
 */
import { openCsv } from './csv-records';
import type { Mapping } from './mapping';
import type { PortfolioRow } from './portfolio-row';
import type { RejectedRow } from './rejects-file';

export interface PortfolioPart {
  readonly accepted: readonly PortfolioRow[];
  readonly rejected: readonly RejectedRow[];
  /** One reason for each row that is none of the portfolio. */
  readonly skipped: readonly string[];
  /** Data rows and bytes of the file up to here. */
  readonly rows: number;
  readonly bytesRead: number;
  /** SHA-256 of the file in hex, with its last part; null before. */
  readonly fileHash: string | null;
}

/** Some milliseconds of reading. */
const ROWS_PER_PART = 1_000;

/** Ends with the part that has the file's hash; throws ImportError where the file cannot be read on. */
export async function* readParts(file: string, mapping: Mapping): AsyncGenerator<PortfolioPart> {
  const csv = openCsv(file, mapping.csv);
  let [accepted, rejected, skipped] = [[], [], []] as [PortfolioRow[], RejectedRow[], string[]];
  let rows = 0;
  const part = (fileHash: string | null): PortfolioPart => ({ accepted, rejected, skipped, rows, bytesRead: csv.bytesRead, fileHash });
  for await (const { cells, line, rowNo } of csv.records) {
    rows = rowNo;
    const outcome = mapping.outcomeOf(cells, rowNo);
    if (outcome.kind === 'accepted') accepted.push(outcome.row);
    else if (outcome.kind === 'skipped') skipped.push(outcome.reason);
    else rejected.push({ line, row: rowNo, reason: outcome.reason, place: outcome.place });
    if (rowNo % ROWS_PER_PART !== 0) continue;
    yield part(null);
    [accepted, rejected, skipped] = [[], [], []];
  }
  yield part(csv.digest().toString('hex'));
}
