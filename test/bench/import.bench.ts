/**
 * What an import costs until its last entry has an index: the real portfolio, repeated under other client numbers, through the
 * real importer against a hub that runs as a process of its own. Needs the real file; says so when it is not there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { importPortfolio, type ImportProgress, type ImportReport } from '../../cli/import/import-portfolio';
import { withRoomWorkers } from '../../cli/prepared-hub';
import type { PreparedConfig } from '../../kernel/config';
import { newId } from '../../schema/ids';
import { bootstrapCreditor } from '../../subgraphs/creditors/subgraph';
import { realPortfolio, WITHOUT_REAL_PORTFOLIO } from '../support/real-portfolio';
import { environmentOf } from './bench-hub';
import type { BenchTable } from './bench-table';

export interface ImportBenchOptions {
  /** An empty database that the bench may fill, with durability as in production. */
  readonly config: PreparedConfig;
  /** How often the real file is repeated. */
  readonly repeats?: number;
  /** Where compiled files are; the hub runs from them. */
  readonly compiled?: string;
}

/**
 * Between 3,007 and 3,105 a second on two quiet cores (9.7 s staging, 23.0 s moving), 2,500 to 2,760 while others used a part of them. A debt is a
 * borrower with three contact points, up to six payments and an entry in the log: 0.58 ms of processor in all processes, 0.19 of it the importer,
 * 0.13 the hub, the rest the database, where some forty rows of indexes with random keys are much of it (2.4 microseconds each). Both phases keep
 * both cores busy (93 %), so only less work helps.
 *
 * What paid: nonces from a pool, outbox records written once and handed over in one parameter, days reckoned without `Date`, one chunk written
 * while the next is read; then rows read and checked in a thread of their own (staging 12.5 to 9.6 s), who a Borrower is under one index where
 * nobody asks by Borrower, in a prepared statement whose values are spelled once for all rooms (14 to 9 microseconds in each such room), heads of streams from memory and events
 * stored as they are (3 % of all instructions), the outbox counted once while the last entries are awaited; stream heads and places of entries that
 * give way to appends and are caught up with afterwards (a tenth); a young generation of 64 MB in the hub, as `npm start` has (collecting was a fifth of it).
 *
 * No gain was seen above the noise from chunks of 500 or 1,000 rows, a database without JIT, with
 * 512 MB of shared buffers, or with 4 GB of log between checkpoints (a fifth less of it is written, at no less processor time), rows inserted in
 * the order of a key; CSV records taken synchronously are slower. What is left in the importer: encryption (nine seals of 3 to 4 microseconds, most of each
 * the making of a cipher), commitments, the CSV parser (5 microseconds a row, six rows a debt).
 */
const DEBTS_PER_SECOND_LEAST = 3_000;
const DEBTS_PER_SECOND_AIM = 5_000;
const CLIENTS = 30_000;

/** Null without the real file. */
export async function importBench({ config, repeats = 20, compiled = path.join(__dirname, '../..') }: ImportBenchOptions): Promise<BenchTable | null> {
  const source = realPortfolio();
  if (source === null) return null;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cession-bench-'));
  const hub = await startHub(config, compiled);
  try {
    const file = path.join(folder, 'portfolio.csv');
    await repeatPortfolio(source, file, repeats);
    const mapping = await readFile(path.join(compiled, compiled.endsWith('dist') ? '..' : '.', 'mappings', 'uci-credit-card.json'), 'utf8');
    const timed = await timeImport(config, file, mapping);
    return tableOf(timed, repeats);
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true });
  }
}

export const WITHOUT_IMPORT_BENCH = WITHOUT_REAL_PORTFOLIO;

async function startHub(config: PreparedConfig, compiled: string): Promise<{ stop(): Promise<void> }> {
  const child = spawn(process.execPath, [...process.execArgv, path.join(compiled, 'cli/cession.js'), 'start', '--no-sample', '--json'], { env: { ...environmentOf(config), PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => {
      throw new Error('the hub of the bench ended before it was ready');
    }),
  ]);
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Client numbers go on from file to file, so every debt and every borrower is a new one. */
async function repeatPortfolio(source: string, file: string, repeats: number): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      let isHeader = true;
      for await (const line of createInterface({ input: createReadStream(source) })) {
        if (!isHeader) yield `${Number(line.slice(0, line.indexOf(','))) + repeat * CLIENTS}${line.slice(line.indexOf(','))}\r\n`;
        else if (repeat === 0) yield `${line}\r\n`;
        isHeader = false;
      }
    }
  }
  await pipeline(lines(), createWriteStream(file));
}

interface Timed {
  readonly report: ImportReport;
  /** Milliseconds from the start to the end of each phase. */
  readonly ended: Readonly<Record<ImportProgress['phase'], number>>;
}

function timeImport(config: PreparedConfig, file: string, mapping: string): Promise<Timed> {
  return withRoomWorkers(config, async ({ creditors, importing }) => {
    const { creditorId } = await bootstrapCreditor(creditors, {
      creditor: { code: 'BENCH', name: 'Bench Bank', jurisdiction: 'CN' },
      operatorSub: 'operator',
      regulatorId: newId('regulator'),
      now: new Date(),
    });
    const ended = { reading: 0, moving: 0, appending: 0 };
    const started = performance.now();
    const onProgress = ({ phase }: ImportProgress): void => {
      ended[phase] = performance.now() - started;
    };
    const report = await importPortfolio({ file, mapping, creditorId, tools: importing, onProgress });
    if (!report.ledger.appended) throw new Error(`${report.ledger.waiting} records of the bench's import have no index`);
    return { report, ended };
  });
}

function tableOf({ report, ended }: Timed, repeats: number): BenchTable {
  const rate = (ms: number): number => (report.accepted * 1_000) / ms;
  const whole = rate(ended.appending);
  const row = (name: string, ms: number) => ({ name, perSecond: rate(ms), p50Ms: Number.NaN, p99Ms: Number.NaN, ratio: rate(ms) / DEBTS_PER_SECOND_LEAST });
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const verdict = whole >= DEBTS_PER_SECOND_AIM ? 'aim met' : whole >= DEBTS_PER_SECOND_LEAST ? 'met, below the aim' : 'missed';
  return {
    title: `Import of ${report.accepted} debts out of ${report.rows} rows (the real file ${repeats} times)`,
    reference: `${DEBTS_PER_SECOND_LEAST} debts per second`,
    rows: [
      row('read, check, seal and stage', ended.reading),
      row('move into the rooms', ended.moving - ended.reading),
      row('wait for the last entry', ended.appending - ended.moving),
      row('whole, until the last entry has an index', ended.appending),
    ],
    notes: [
      `${seconds(ended.appending)} in all: ${seconds(ended.reading)} staging, ${seconds(ended.moving - ended.reading)} moving, ${seconds(ended.appending - ended.moving)} waiting`,
      `at least ${DEBTS_PER_SECOND_LEAST}, aim ${DEBTS_PER_SECOND_AIM} debts per second: ${verdict}`,
    ],
  };
}
