/**
 * The records of a CSV file of any size, one after the other in constant memory, each with its line. Strict: a broken quote,
 * a wrong header or a record without end refuses the file and names the line, never its content.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ImportError } from './import-error';
import { LINE_BYTES_MAX, LineGate } from './line-gate';
import type { CsvShape } from './mapping';

export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line it begins on, from 1. */
  readonly line: number;
  /** Counted from 1 over data records. */
  readonly rowNo: number;
}

export interface CsvFile {
  readonly records: AsyncIterable<CsvRecord>;
  /** Of the bytes read; to be asked after the last record. */
  digest(): Buffer;
  readonly bytesRead: number;
}

const READ_BYTES = 262_144;

const QUOTE_ERRORS = new Set(['CSV_QUOTE_NOT_CLOSED', 'CSV_INVALID_CLOSING_QUOTE', 'INVALID_OPENING_QUOTE', 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE']);

/** The parser's own messages quote the file. */
function explain(error: unknown): unknown {
  if (!(error instanceof CsvError)) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' ? new ImportError('FILE_UNREADABLE', `The file cannot be read (${code}).`) : error;
  }
  const line = Number((error as { lines?: unknown }).lines) || null;
  const where = line === null ? 'The file' : `The record that ends on line ${line}`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return new ImportError('LINE_TOO_LONG', `${where} is longer than ${LINE_BYTES_MAX} characters; is a quote not closed?`, line);
  if (QUOTE_ERRORS.has(error.code)) return new ImportError('NOT_CSV', `${where} has a quote that does not open or close as RFC 4180 says.`, line);
  return new ImportError('NOT_CSV', `${where} is not CSV (${error.code}).`, line);
}

function checkHeader(cells: readonly string[], shape: CsvShape): void {
  const at = shape.columns.findIndex((name, position) => cells[position]?.trim() !== name);
  if (at !== -1) throw new ImportError('WRONG_HEADER', `Line 1 does not name the columns of the mapping: column ${at + 1} must be "${shape.columns[at]}".`, 1);
  if (cells.length !== shape.columns.length) throw new ImportError('WRONG_HEADER', `Line 1 names ${cells.length} columns, the mapping ${shape.columns.length}.`, 1);
}

function linesWithin(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}

export function openCsv(file: string, shape: CsvShape): CsvFile {
  const gate = new LineGate();
  const parser = parse({ bom: true, delimiter: shape.delimiter, relax_column_count: true, max_record_size: LINE_BYTES_MAX, record_delimiter: ['\r\n', '\n'] });
  pipeline(createReadStream(file, { highWaterMark: READ_BYTES }), gate, parser, () => undefined);
  async function* records(): AsyncGenerator<CsvRecord> {
    let line = 1;
    let rowNo = 0;
    let isHeader = shape.header;
    try {
      for await (const cells of parser as AsyncIterable<string[]>) {
        const start = line;
        line += gate.sawQuote ? 1 + linesWithin(cells) : 1;
        if (isHeader) {
          checkHeader(cells, shape);
          isHeader = false;
        } else if (cells.length > 1 || cells[0] !== '') {
          rowNo += 1;
          yield { cells, line: start, rowNo };
        }
      }
      if (isHeader) throw new ImportError('WRONG_HEADER', 'The file is empty.', 1);
    } catch (error) {
      throw explain(error);
    } finally {
      parser.destroy();
    }
  }
  return {
    records: records(),
    digest: () => gate.digest(),
    get bytesRead() {
      return gate.bytesRead;
    },
  };
}
