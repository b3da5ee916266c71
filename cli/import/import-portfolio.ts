/**
 * Imports a portfolio: validates and stages every row, sealed, before the first one moves; then moves borrowers ahead of
 * their debts, chunk by chunk. May be killed at any moment and run again; refuses a file that this creditor has already imported.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { KeyStore } from '../../kernel/vault/key-store';
import { newId } from '../../schema/ids';
import { borrowersImport, type BorrowerBatch } from '../../subgraphs/borrowers/subgraph';
import { debtsImport, type DebtsImportTools, type ImportBatch } from '../../subgraphs/debts/subgraph';
import { openCsv } from './csv-records';
import { ImportError } from './import-error';
import { awaitLedger, type LedgerWait } from './ledger-wait';
import { parseMapping, type Mapping } from './mapping';
import { readParts } from './portfolio-parts';
import type { PortfolioRow } from './portfolio-row';
import { readPartsInThread, WORTH_A_THREAD_BYTES } from './reading-thread';
import { RejectsFile } from './rejects-file';

/** Rows per COPY and per moving transaction: some hundred milliseconds each, a few megabytes. */
const ROWS_PER_CHUNK = 2_000;
const LOCK_WAIT_MS = 1_000;
const LOCK_POLL_MS = 50;
/** What an import works with: the worker pools of the two rooms, whom no row scope binds, and the keys of borrowers. */
export interface ImportTools {
  readonly borrowers: Pool;
  readonly debts: Pool;
  readonly keyStore: KeyStore;
  /** Throws when one of the two rooms may not be written into; asked again before each chunk, for a restore may come in between. */
  readonly assertWhole: () => Promise<void>;
  readonly clock?: () => Date;
}

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
  readonly tools: ImportTools;
  /** Where rejected rows are named; the input's name with `.rejects.csv` when absent. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly rowsPerChunk?: number;
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
  const lock = await options.tools.borrowers.connect();
  try {
    await holdCreditor(lock, options.creditorId);
    const run = await openRun(options, mapping, fileHash);
    const counts = await readAndMove(run, bytes);
    const { movedRows } = await debtsImport.closeBatch(run.debts, run.batch.batchId, counts.rows - sumOf(counts.skipped));
    await borrowersImport.closeBatch(run.borrowers, run.batch.batchId);
    const ledger = await waitForLedger(options);
    const { batch: { batchId }, resumed, rejectsFile } = run;
    return { batchId, fileHash: fileHash.toString('hex'), resumed, ...counts, accepted: movedRows, rejectsFile, ledger, attribution: mapping.attribution };
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

/**
 * Two imports for one creditor at once could register one identity number twice. The lock ends with its connection; after a
 * kill the database may need a moment to notice.
 */
async function holdCreditor(lock: PoolClient, creditorId: string): Promise<void> {
  for (let waited = 0; waited <= LOCK_WAIT_MS; waited += LOCK_POLL_MS) {
    const { rows } = await lock.query<{ held: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as held', [`import ${creditorId}`]);
    if (rows[0]!.held) return;
    await pause(LOCK_POLL_MS);
  }
  throw new ImportError('IMPORT_RUNNING', 'Another import for this creditor is running; wait for its end.');
}

interface Run {
  readonly options: ImportOptions;
  readonly mapping: Mapping;
  readonly batch: BorrowerBatch;
  readonly borrowers: { readonly worker: Pool; readonly keyStore: KeyStore };
  readonly debts: DebtsImportTools;
  readonly rejectsFile: string;
  readonly rowsPerChunk: number;
  readonly resumed: boolean;
}

async function openRun(options: ImportOptions, mapping: Mapping, fileHash: Buffer): Promise<Run> {
  const { creditorId, tools } = options;
  await tools.assertWhole();
  const { keyStore, clock = () => new Date() } = tools;
  const [borrowers, debts] = [{ worker: tools.borrowers, keyStore }, { worker: tools.debts, keyStore, clock }];
  const debtBatch: ImportBatch = await debtsImport.openBatch(debts, { creditorId, fileHash: fileHash.toString('hex') });
  const mappingHash = createHash('sha256').update(options.mapping).digest();
  const batch: BorrowerBatch = { batchId: debtBatch.id, creditorId, fileHash, mappingHash };
  const opened = await borrowersImport.openBatch(borrowers, batch);
  if (debtBatch.state === 'CLOSED') {
    // Killed between the two closings: what was staged is of no use any more.
    if (!opened.isClosed) await borrowersImport.closeBatch(borrowers, batch.batchId);
    throw new ImportError('DUPLICATE_IMPORT', `This creditor has already imported this file (${batch.batchId}); nothing was changed.`);
  }
  if (!opened.hasSameMapping) {
    throw new ImportError('OTHER_MAPPING', 'The interrupted import of this file used another mapping; finish it with that one.');
  }
  const rejectsFile = options.rejectsFile ?? `${options.file}.rejects.csv`;
  return { options, mapping, batch, borrowers, debts, rejectsFile, rowsPerChunk: options.rowsPerChunk ?? ROWS_PER_CHUNK, resumed: opened.wasOpen };
}

interface Counts {
  readonly rows: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
}

async function readAndMove(run: Run, bytes: number): Promise<Counts> {
  const rejects = new RejectsFile(run.rejectsFile);
  try {
    const read = await stageFile(run, rejects, bytes);
    await moveAll(run, read.staged);
    const late = await rejectLate(run, rejects);
    await rejects.close();
    for (const reason of late) count(read.rejected, reason);
    return { rows: read.rows, rejected: Object.fromEntries(read.rejected), skipped: Object.fromEntries(read.skipped) };
  } catch (error) {
    await rejects.discard();
    throw error;
  }
}

interface ReadFile {
  readonly rows: number;
  readonly staged: number;
  readonly rejected: Map<string, number>;
  readonly skipped: Map<string, number>;
}

/** Nothing has moved yet while this runs: a fault on the last line leaves the hub as it was, staging aside. */
async function stageFile(run: Run, rejects: RejectsFile, bytes: number): Promise<ReadFile> {
  const { options, mapping, batch } = run;
  const { onProgress = () => undefined } = options;
  const parts = bytes < WORTH_A_THREAD_BYTES ? readParts(options.file, mapping) : readPartsInThread({ file: options.file, mapping: options.mapping });
  const [rejected, skipped] = [new Map<string, number>(), new Map<string, number>()];
  let rows = 0;
  const staging = new Staging(run);
  try {
    for await (const part of parts) {
      rows = part.rows;
      for (const reason of part.skipped) count(skipped, reason);
      for (const row of part.rejected) {
        count(rejected, row.reason);
        await rejects.add(row);
      }
      for (const row of part.accepted) await staging.add(row);
      if (part.fileHash !== null && part.fileHash !== batch.fileHash.toString('hex')) throw new ImportError('FILE_CHANGED', 'The file changed while it was being read; import it again.');
      onProgress({ phase: 'reading', done: part.bytesRead, total: bytes });
    }
    await staging.end();
  } finally {
    await staging.settled();
  }
  onProgress({ phase: 'reading', done: bytes, total: bytes });
  return { rows, staged: staging.rows, rejected, skipped };
}

/** Writes one chunk while the next is read; never two, for a chunk asks who was staged before it. */
class Staging {
  rows = 0;
  private pending: PortfolioRow[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly run: Run) {}

  async add(row: PortfolioRow): Promise<void> {
    if (this.pending.push(row) === this.run.rowsPerChunk) await this.write();
  }

  async end(): Promise<void> {
    if (this.pending.length > 0) await this.write();
    await this.writing;
  }

  /** Nothing is being written any more, whatever became of it: only then may the creditor's lock be given back. */
  async settled(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  private async write(): Promise<void> {
    await this.writing;
    this.rows += this.pending.length;
    this.writing = stageRows(this.run, this.pending);
    // Told where it is awaited; unheard until then, it would end the process.
    this.writing.catch(() => undefined);
    this.pending = [];
  }
}

function count(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, one) => sum + one, 0);

async function stageRows({ borrowers, debts, batch }: Run, rows: readonly PortfolioRow[]): Promise<void> {
  const known = await borrowersImport.stage(borrowers, batch, rows.map(({ rowNo, borrower }) => ({ rowNo, registration: borrower })));
  await debtsImport.stageDebts(debts, batch.batchId, rows.map(({ rowNo, debt }) => ({ ...debt, rowNo, debtId: newId('debt'), borrowerId: known.get(rowNo)! })));
}

/**
 * The two rooms' chunks run side by side, the borrowers' one ahead: a row has at most one new borrower, so chunks of one size
 * never let a debt stand without the one who owes it.
 */
async function moveAll({ options, borrowers, debts, batch, rowsPerChunk }: Run, total: number): Promise<void> {
  const { onProgress = () => undefined } = options;
  let ahead = await borrowersImport.move(borrowers, batch, rowsPerChunk);
  let done = 0;
  for (let isDone = false; !isDone; ) {
    await options.tools.assertWhole();
    const [further, chunk] = await Promise.all([
      ahead > 0 ? borrowersImport.move(borrowers, batch, rowsPerChunk) : 0,
      debtsImport.moveChunk(debts, batch.batchId, rowsPerChunk),
    ]);
    ahead = further;
    isDone = chunk.isDone;
    done += chunk.moved + chunk.rejected.length;
    onProgress({ phase: 'moving', done, total });
  }
}

/** Rows the debts room refused when they moved. Their lines are looked up in the file again: few imports have any. */
async function rejectLate({ options, mapping, debts, batch }: Run, rejects: RejectsFile): Promise<string[]> {
  const refused = new Map((await debtsImport.listRejections(debts, batch.batchId)).map(({ rowNo, ruleId }) => [rowNo, ruleId]));
  const reasons = [...refused.values()].map((ruleId) => ruleId.replaceAll('-', '_'));
  if (refused.size === 0) return reasons;
  for await (const { line, rowNo } of openCsv(options.file, mapping.csv).records) {
    const ruleId = refused.get(rowNo);
    if (ruleId === undefined) continue;
    await rejects.add({ line, row: rowNo, reason: ruleId.replaceAll('-', '_'), place: 'debt.reference' });
    refused.delete(rowNo);
    if (refused.size === 0) break;
  }
  return reasons;
}

function waitForLedger({ tools, onProgress = () => undefined, patienceMs }: ImportOptions): Promise<LedgerWait> {
  let most = 0;
  const report = (waiting: number): void => {
    most = Math.max(most, waiting);
    onProgress({ phase: 'appending', done: most - waiting, total: most });
  };
  return awaitLedger([tools.borrowers, tools.debts], report, patienceMs);
}
