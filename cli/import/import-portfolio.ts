/**
 * Imports a portfolio: validates and stages every row, sealed, before the first one moves; then moves borrowers ahead of
 * their debts, chunk by chunk. May be killed at any moment and run again; refuses a file that this creditor has already imported.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Client, PoolClient } from 'pg';
import { closeBorrowerBatch, moveBorrowers, openBorrowerBatch, stageBorrowers, type BorrowerBatch } from '../../subgraphs/borrowers/subgraph';
import { openCsv } from './csv-records';
import { ImportError } from './import-error';
import { awaitLedger, type LedgerWait } from './ledger-wait';
import { parseMapping, type Mapping } from './mapping';
import type { PortfolioRow } from './portfolio-row';
import { RejectsFile } from './rejects-file';
import type { DebtBatch, DebtsImport, ImportRooms } from './rooms';

/** Rows per COPY: some hundred milliseconds of sealing, a few megabytes. */
const ROWS_PER_STAGE = 2_000;
const ROWS_PER_REPORT = 1_000;

export interface ImportProgress {
  readonly phase: 'reading' | 'moving' | 'appending';
  /** Bytes of the file, debts, or records: of `total` in this phase. */
  readonly done: number;
  readonly total: number;
}

export interface ImportOptions {
  readonly file: string;
  /** The text of a mapping file. */
  readonly mapping: string;
  readonly creditorId: string;
  readonly rooms: ImportRooms;
  readonly debts: DebtsImport;
  /** Where rejected rows are named; the input's name with `.rejects.csv` when absent. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Milliseconds without any record being appended after which no hub is thought to run. */
  readonly patienceMs?: number;
}

export interface ImportReport {
  readonly batchId: string;
  readonly fileHash: string;
  readonly resumed: boolean;
  readonly rows: number;
  readonly accepted: number;
  /** Rows by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly rejectsFile: string;
  readonly ledger: LedgerWait;
  readonly attribution: string | null;
}

export async function importPortfolio(options: ImportOptions): Promise<ImportReport> {
  const mapping = parseMapping(options.mapping);
  const { digest: fileHash, bytes } = await hashFile(options.file);
  const { worker } = options.rooms.borrowers;
  const lock = await worker.connect();
  try {
    await holdCreditor(lock, options.creditorId);
    const run = await openRun(options, mapping, fileHash);
    const read = await stageFile(run, bytes);
    await moveAll(run, read.accepted);
    const rejected = sumOf(read.rejected);
    await options.debts.closeBatch(options.rooms.debts, run.debtBatch, { rows: read.rows, accepted: read.accepted, rejected });
    await closeBorrowerBatch(options.rooms.borrowers, run.batch.batchId);
    const ledger = await waitForLedger(options);
    return { batchId: run.batch.batchId, fileHash: fileHash.toString('hex'), resumed: run.resumed, ...read, ledger, attribution: mapping.attribution };
  } finally {
    await lock.query('select pg_advisory_unlock_all()').catch(() => undefined);
    lock.release();
  }
}

async function hashFile(file: string): Promise<{ digest: Buffer; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1_048_576 }), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    });
  } catch (error) {
    throw new ImportError('FILE_UNREADABLE', `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, null, error);
  }
  return { digest: hash.digest(), bytes };
}

/** Two imports for one creditor at once could register one identity number twice. Ends with the connection, so a kill frees it. */
async function holdCreditor(lock: PoolClient | Client, creditorId: string): Promise<void> {
  const { rows } = await lock.query<{ held: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as held', [`import ${creditorId}`]);
  if (!rows[0]!.held) throw new ImportError('IMPORT_RUNNING', 'Another import for this creditor is running; wait for its end.');
}

interface Run {
  readonly options: ImportOptions;
  readonly mapping: Mapping;
  readonly batch: BorrowerBatch;
  readonly debtBatch: DebtBatch;
  readonly resumed: boolean;
}

async function openRun(options: ImportOptions, mapping: Mapping, fileHash: Buffer): Promise<Run> {
  const { creditorId, rooms, debts } = options;
  const debtBatch = await debts.openBatch(rooms.debts, { creditorId, fileHash });
  const mappingHash = createHash('sha256').update(options.mapping).digest();
  const batch: BorrowerBatch = { batchId: debtBatch.batchId, creditorId, fileHash, mappingHash };
  const opened = await openBorrowerBatch(rooms.borrowers, batch);
  if (debtBatch.isClosed) {
    // Killed between the two closings: what was staged is of no use any more.
    if (!opened.isClosed) await closeBorrowerBatch(rooms.borrowers, batch.batchId);
    throw new ImportError('DUPLICATE_IMPORT', `This creditor has already imported this file (${batch.batchId}); nothing was changed.`);
  }
  if (!opened.hasSameMapping) {
    throw new ImportError('OTHER_MAPPING', 'The interrupted import of this file used another mapping; finish it with that one.');
  }
  return { options, mapping, batch, debtBatch, resumed: opened.wasOpen };
}

interface ReadCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly rejectsFile: string;
}

/** Nothing has moved yet while this runs: a fault on the last line leaves the hub as it was, staging aside. */
async function stageFile(run: Run, bytes: number): Promise<ReadCounts> {
  const { options, mapping, batch } = run;
  const { onProgress = () => undefined } = options;
  const csv = openCsv(options.file, mapping.csv);
  const rejectsFile = options.rejectsFile ?? `${options.file}.rejects.csv`;
  const rejects = new RejectsFile(rejectsFile);
  const [rejected, skipped] = [new Map<string, number>(), new Map<string, number>()];
  let [rows, accepted] = [0, 0];
  let pending: PortfolioRow[] = [];
  try {
    for await (const { cells, line, rowNo } of csv.records) {
      rows = rowNo;
      const outcome = mapping.outcomeOf(cells, rowNo);
      if (outcome.kind === 'skipped') count(skipped, outcome.reason);
      else if (outcome.kind === 'rejected') {
        count(rejected, outcome.reason);
        await rejects.add({ line, row: rowNo, reason: outcome.reason, place: outcome.place });
      } else if (pending.push(outcome.row) === ROWS_PER_STAGE) {
        await stageRows(run, pending);
        accepted += pending.length;
        pending = [];
      }
      if (rowNo % ROWS_PER_REPORT === 0) onProgress({ phase: 'reading', done: csv.bytesRead, total: bytes });
    }
    if (!csv.digest().equals(batch.fileHash)) throw new ImportError('FILE_CHANGED', 'The file changed while it was being read; import it again.');
    if (pending.length > 0) await stageRows(run, pending);
    accepted += pending.length;
    await rejects.close();
  } catch (error) {
    await rejects.discard();
    throw error;
  }
  onProgress({ phase: 'reading', done: bytes, total: bytes });
  return { rows, accepted, rejected: Object.fromEntries(rejected), skipped: Object.fromEntries(skipped), rejectsFile };
}

function count(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, one) => sum + one, 0);

async function stageRows({ options, batch, debtBatch }: Run, rows: readonly PortfolioRow[]): Promise<void> {
  const { rooms, debts } = options;
  const staged = rows.map(({ rowNo, borrower }) => ({ rowNo, registration: borrower }));
  const borrowers = await stageBorrowers(rooms.borrowers, batch, staged);
  await debts.stageDebts(
    rooms.debts,
    debtBatch,
    rows.map(({ rowNo, debt }) => ({ ...debt, rowNo, borrowerId: borrowers.get(rowNo)! })),
  );
}

/** Borrowers first: a debt never stands without the one who owes it. */
async function moveAll({ options, batch, debtBatch }: Run, total: number): Promise<void> {
  const { rooms, debts, onProgress = () => undefined } = options;
  while ((await moveBorrowers(rooms.borrowers, batch)) > 0);
  let done = 0;
  for (let moved = 1; moved > 0; done += moved) {
    moved = await debts.moveChunk(rooms.debts, debtBatch);
    onProgress({ phase: 'moving', done: done + moved, total });
  }
}

function waitForLedger({ rooms, onProgress = () => undefined, patienceMs }: ImportOptions): Promise<LedgerWait> {
  let most = 0;
  const report = (waiting: number): void => {
    most = Math.max(most, waiting);
    onProgress({ phase: 'appending', done: most - waiting, total: most });
  };
  return awaitLedger([rooms.borrowers.worker, rooms.debts.worker], report, patienceMs);
}
