/**
 * `cession start`: the whole hub, in one process or many, with its database. Serves until it is told to stop, then puts
 * everything away. On an empty hub it brings in a sample, unless tokens come from outside: then it is no trial.
 */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import type { PreparedHub } from '../hub';
import type { Config } from '../kernel/config';
import type { Diagnostics } from '../kernel/diagnostics';
import { StartError } from '../kernel/start-error';
import type { CommandLine } from './command-line';
import { awaitReadiness } from './hub-readiness';
import { openImportProgress } from './import-progress';
import { printJson } from './output';
import { openCommandDiagnostics } from './prepared-hub';
import { seedSample, type Seeded } from './seed';
import { renderWelcome, startText, type StartText } from './start-texts';

const load = createRequire(__filename);

/** After this it says what is missing and serves on: followers of a long ledger may need longer. */
const READY_WAIT_MS = 20_000;

interface StartChoices {
  readonly processes?: true;
  readonly sample: boolean;
  readonly json?: true;
}

/** What runs, however it is divided into processes. */
interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

export function addStart(parent: Command, line: CommandLine): void {
  parent
    .command('start')
    .summary('start the hub and its database')
    .description('Starts the hub, with the embedded database unless DATABASE_URL names another, and serves until Ctrl-C. The first start creates the ledger and brings in a generated sample to try.')
    .option('--processes', 'the gateway and each room as a process of its own')
    .option('--no-sample', 'begin with an empty hub')
    .option('--json', 'print addresses and ids as one JSON object instead of a text')
    .action(async (choices: StartChoices) => startHub(line, choices));
}

async function startHub(line: CommandLine, choices: StartChoices): Promise<void> {
  const config = line.loadConfig();
  const interruption = line.interruption();
  const diagnostics = openCommandDiagnostics(config);
  const say = (name: StartText, values?: Readonly<Record<string, number>>): void => line.output.tell(startText(name, line.language, values));
  say('preparing');
  const { prepareHub } = load('../hub') as typeof import('../hub');
  const prepared = await prepareHub(config, diagnostics);
  try {
    if (interruption.aborted) return;
    say('opening');
    const failure = new AbortController();
    const over = AbortSignal.any([interruption, failure.signal]);
    const onEnded = (name: string): void => failure.abort(new StartError(`The process ${name} of the hub ended by itself.`, 'Its own lines above say why; nothing acknowledged is lost.'));
    const hub = await run(prepared, diagnostics, choices, { environment: line.environment, onEnded });
    try {
      const seeded = over.aborted ? null : await seed(line, prepared, choices, say);
      const reasons = await awaitReadiness(hub.url, READY_WAIT_MS, over);
      if (!over.aborted && reasons?.length !== 0) line.output.tell(`${startText('notReady', line.language)} ${(reasons ?? []).join(' ')}`);
      if (!over.aborted) announce(line, config, choices, { url: hub.url, seeded });
      await aborted(over);
      failure.signal.throwIfAborted();
      say('stopping');
    } finally {
      await hub.stop();
    }
  } finally {
    await prepared.stop();
  }
  say('stopped');
}

interface Ends {
  readonly environment: () => NodeJS.ProcessEnv;
  /** A process of the hub ended by itself; the others have been stopped. */
  readonly onEnded: (name: string) => void;
}

async function run(prepared: PreparedHub, diagnostics: Diagnostics, { processes }: StartChoices, ends: Ends): Promise<Running> {
  const hub = load('../hub') as typeof import('../hub');
  return processes ? hub.startProcesses(prepared, diagnostics, { env: ends.environment(), onEnded: ends.onEnded }) : hub.startHub(prepared, diagnostics);
}

async function seed(line: CommandLine, { config, firstStart }: PreparedHub, { sample }: StartChoices, say: (name: StartText, values?: Readonly<Record<string, number>>) => void): Promise<Seeded | null> {
  const isTrial = sample && config.sampleDebts > 0 && config.tokens.jwksUrl === null;
  const progress = openImportProgress(line.output);
  try {
    return await seedSample(config, {
      mayBegin: isTrial && firstStart,
      debts: config.sampleDebts,
      onBegin: () => say('seeding', { debts: config.sampleDebts }),
      onProgress: (at) => progress.to(at),
    });
  } finally {
    progress.end();
  }
}

function announce({ output, program, language }: CommandLine, { tokens }: Config, { json }: StartChoices, { url, seeded }: { url: string; seeded: Seeded | null }): void {
  const externalIssuer = tokens.jwksUrl === null ? null : tokens.issuer;
  if (json) printJson(output, { url, externalIssuer, parties: seeded?.parties ?? null, seededDebts: seeded?.debts ?? null });
  else output.print(renderWelcome({ url, externalIssuer, parties: seeded?.parties ?? null, seeded: seeded?.debts ?? null, program }, language));
}

/** The signal's listeners alone would not keep the process, but the hub's servers do. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
