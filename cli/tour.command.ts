/**
 * `cession tour`: lives through the story of a debt, step by step, over HTTP with real tokens, and checks each answer. Shows a
 * newcomer how the hub is used, and an operator that a deployment does what it promises.
 */
import { createRequire } from 'node:module';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { StartError } from '../kernel/start-error';
import { LANGUAGES, type Language } from '../schema/messages';
import type { CommandLine } from './command-line';
import { EXIT } from './exit-code';
import { awaitReadiness } from './hub-readiness';
import { printJson } from './output';
import { HubClient } from './tour/hub-client';
import type { StepReport } from './tour/step';
import { tourSteps } from './tour/tour';
import { withLocalWork, withOwnHub, withRunningHub, type TourHub } from './tour/tour-hub';
import { tourParties } from './tour/tour-parties';
import { renderClosing, SILENT_PRINTER, tourPrinter } from './tour/tour-printer';
import { runSteps } from './tour/tour-run';

const load = createRequire(__filename);

/** A hub that has just started catches up with its ledger in less. */
const READY_WAIT_MS = 5_000;

interface TourChoices {
  readonly url?: string;
  readonly language?: Language;
  readonly json?: true;
}

export function addTour(parent: Command, line: CommandLine): void {
  parent
    .command('tour')
    .summary('live through the whole story of a debt, step by step')
    .description('Imports a portfolio, entrusts a debt to an agency, reads, pays and recalls it, and takes the evidence home to verify it. Shows every operation, its answer and its ledger index, and checks each against what is expected.')
    .option('--url <url>', 'a running hub that shares this CESSION_HOME and database (default: a hub of its own in a temporary folder)', parseUrl)
    .addOption(new Option('--language <language>', 'of the titles').choices([...LANGUAGES]))
    .option('--json', 'print the steps as JSON')
    .addHelpText('after', '\nExit codes: 0 every step was as expected, 1 a step differs.')
    .action(async (choices: TourChoices) => {
      const reports = await runTour(line, choices);
      line.exitCode = reports.every(({ outcome }) => outcome === 'as expected') ? EXIT.done : EXIT.differs;
      if (choices.json) printJson(line.output, { steps: reports });
      else line.output.print(`\n${renderClosing(reports)}\n\n${line.exitCode === EXIT.done ? 'Every step was as expected.' : 'Not every step was as expected.'}`);
    });
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new InvalidArgumentError('Give the address that `cession start` printed, for example http://127.0.0.1:4000.');
  return url.origin;
}

async function runTour(line: CommandLine, choices: TourChoices): Promise<StepReport[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-tour-files-'));
  const take = (hub: TourHub): Promise<StepReport[]> => takeTour(line, choices, hub, folder);
  try {
    return await (choices.url === undefined ? withOwnHub(line, take) : withRunningHub(line, choices.url, take));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function requireReady(url: string, interruption: AbortSignal): Promise<void> {
  const reasons = await awaitReadiness(url, READY_WAIT_MS, interruption);
  if (reasons === null) throw new StartError(`Nothing answers at ${url}.`, 'Start a hub with `cession start`, or correct --url.');
  if (reasons.length > 0) throw new StartError(`The hub at ${url} is not ready: ${reasons.join(' ')}`, 'Wait until it is, or look at its diagnostics.');
}

async function takeTour(line: CommandLine, { json, language }: TourChoices, hub: TourHub, folder: string): Promise<StepReport[]> {
  const { openLocalIssuer } = load('../gateway/gateway') as typeof import('../gateway/gateway');
  const parties = tourParties(await openLocalIssuer(hub.prepared.config));
  const client = new HubClient(hub.url);
  await requireReady(hub.url, line.interruption());
  return withLocalWork(hub, client, folder, (local) =>
    runSteps(tourSteps(local), {
      client,
      parties,
      printer: json ? SILENT_PRINTER : tourPrinter(line.output),
      language: language ?? line.language,
      interruption: line.interruption(),
    }),
  );
}
