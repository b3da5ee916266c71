/**
 * The runner behind `npm run bench`: a database server of its own in a temporary folder, one empty database for each section,
 * a table for people and JSON for machines. No part of the tests; touches no hub that exists.
 */
import 'reflect-metadata';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { loadConfig, type PreparedConfig } from '../../kernel/config';
import { startDatabaseServer, type DatabaseServer } from '../../kernel/database/server';
import { emptyDatabase } from './bench-hub';
import { renderTable, type BenchTable } from './bench-table';
import { importBench, WITHOUT_IMPORT_BENCH } from './import.bench';
import { ledgerBench } from './ledger.bench';
import { busyShare, describeMachine, type Machine } from './machine';
import { readBench } from './read.bench';
import { scaleBench } from './scale.bench';
import { verifyBench } from './verify.bench';

interface SectionOptions {
  readonly config: PreparedConfig;
  readonly rounds?: number;
  readonly entries?: number;
  readonly exports?: boolean;
  readonly report: (line: string) => void;
}

const SECTIONS: Readonly<Record<string, (options: SectionOptions) => Promise<readonly BenchTable[]>>> = {
  read: (options) => readBench(options),
  ledger: async (options) => [await ledgerBench(options)],
  scale: async (options) => [await scaleBench(options)],
  verify: async (options) => [await verifyBench(options)],
  import: async ({ config, report }) => {
    const table = await importBench({ config });
    if (table === null) report(WITHOUT_IMPORT_BENCH);
    return table === null ? [] : [table];
  },
};

/** Above this share of the machine in use by others, numbers say more about them than about the hub. */
const BUSY = 0.1;

interface BenchReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly sections: Readonly<Record<string, { readonly tables: readonly BenchTable[]; readonly busyBefore: number }>>;
}

interface RunOptions {
  readonly entries?: number;
  readonly export?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly rounds?: number;
  readonly verbose?: boolean;
}

async function run(names: readonly string[], options: RunOptions): Promise<void> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-bench-'));
  const server = await startDatabaseServer(loadConfig({ CESSION_HOME: home, LOG_LEVEL: 'error' }));
  try {
    await Promise.race([measure(names, server, options), interruption()]);
  } finally {
    await server.stop();
    await fs.rm(home, { recursive: true, force: true });
  }
}

/** Rejects at Ctrl-C: a database server must not outlive its bench. */
async function interruption(): Promise<never> {
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  // What is being measured loses its connections now and says so in its own ways.
  process.on('uncaughtException', () => undefined);
  throw new Error('The bench was interrupted.');
}

async function measure(names: readonly string[], server: DatabaseServer, options: RunOptions): Promise<void> {
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const machine = await describeMachine(server.adminUrl.reveal());
  say(describe(machine));
  const sections: Record<string, { tables: readonly BenchTable[]; busyBefore: number }> = {};
  for (const name of names) {
    const busyBefore = await busyShare(1_000);
    if (busyBefore > BUSY) say(`Warning: ${Math.round(busyBefore * 100)} % of this machine is in use by others; trust ratios, not rates.`);
    const config = await emptyDatabase(server.config, `bench_${name}`);
    const report = (line: string): void => void (options.verbose && say(`  ${line}`));
    const { rounds, entries, export: exports = false } = options;
    const tables = await SECTIONS[name]!({ config, exports, report, ...(rounds === undefined ? {} : { rounds }), ...(entries === undefined ? {} : { entries }) });
    sections[name] = { tables, busyBefore };
    for (const table of tables) say(`\n${renderTable(table)}`);
    if (tables.length === 0) say(`\n${name}: not measured (--verbose says why)`);
  }
  await writeReport({ measuredAt: new Date().toISOString(), machine, sections }, options);
}

function describe({ cpu, cores, memoryGiB, system, node, postgres }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node ${node}; PostgreSQL ${postgres}`;
}

async function writeReport(report: BenchReport, { json, out }: RunOptions): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (out !== undefined) await fs.writeFile(out, text);
  if (json) process.stdout.write(text);
}

const known = Object.keys(SECTIONS).join(', ');
/** A million entries take four minutes, and it fills the disk: only who asks for it. */
const ONLY_WHEN_NAMED = 'scale';

function sectionsOf(asked: readonly string[]): readonly string[] {
  const unknown = asked.find((name) => !(name in SECTIONS));
  if (unknown !== undefined) throw new Error(`There is no section ${unknown}; there are ${known}.`);
  return asked.length > 0 ? asked : Object.keys(SECTIONS).filter((name) => name !== ONLY_WHEN_NAMED);
}

const program = new Command('bench')
  .description('Measures the hub and what it is compared with.')
  .argument('[sections...]', `which to run: ${known}; all but ${ONLY_WHEN_NAMED} unless given`)
  .option('--json', 'print JSON to the standard output, everything else to the error output')
  .option('--out <file>', 'write the JSON to a file too')
  .option('--rounds <n>', 'measurements of each variant', Number)
  .option('--entries <n>', 'of the large ledger of the scale section (5,000,000 unless given), of the export of the verify section (1,000,000)', Number)
  .option('--export', 'in the scale section: also write the export of the large ledger out of the database, and verify it')
  .option('--verbose', 'print each measurement')
  .action((names: string[], options: RunOptions) => run(sectionsOf(names), options));

void program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // What is still being measured has lost its database and would wait for it.
  process.exit(1);
});
