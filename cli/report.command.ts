/**
 * `cession report`: the report of an export, made here from its entries after the export was verified, so that nobody has to believe the
 * one that came in it. Needs no hub, no database, no network and no settings; says nothing about a broken export.
 */
import { createRequire } from 'node:module';
import { type Command, Option } from 'commander';
import { renderReport } from '../audit/bundle/render-report';
import { OUTCOME_TEXTS } from '../audit/bundle/report-texts';
import { LANGUAGES, type Language } from '../schema/messages';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { openProgress } from './progress';
import { verifyFile } from './verify.command';

const load = createRequire(__filename);

interface ReportChoices {
  readonly out: string;
  readonly key?: string;
  readonly policy?: string;
  readonly timestampCa?: string;
  readonly language?: Language;
  readonly json?: true;
}

export function addReport(parent: Command, line: CommandLine): void {
  parent
    .command('report')
    .summary('make the report of an export, offline')
    .description('Verifies an export and writes what it holds for people: pages with summary, timeline and counts, tables for spreadsheets, and the counts as JSON. Made from the entries; the pages in the export are not read.')
    .argument('<file>', 'the export')
    .requiredOption('--out <folder>', 'where to; files of the same names are replaced')
    .option('--key <vkey>', "the ledger's verifier key, or a file that holds it, obtained from somewhere else than the export")
    .option('--policy <file>', 'a C2SP tlog-policy: which logs you accept and which witnesses have to have cosigned')
    .option('--timestamp-ca <file>', 'certificates in PEM of the time-stamping authorities you trust (RFC 3161)')
    .addOption(new Option('--language <language>', 'of the page; both without it').choices([...LANGUAGES]))
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExit codes: as of cession verify; of a broken export nothing is written.\n\nExample:\n  cession report october.cession --out october --key "$(cat ledger-key.txt)" --language zh')
    .action(async (file: string, choices: ReportChoices) => writeOut(line, file, choices));
}

async function writeOut(line: CommandLine, file: string, { out, language, json, ...trust }: ReportChoices): Promise<void> {
  const verdict = await verifyFile(line, file, trust, null);
  line.exitCode = verdict.exitCode;
  const words = language ?? line.language;
  if (verdict.outcome === 'broken') {
    if (json) printJson(line.output, { files: [], verdict });
    else line.output.print(renderReport(verdict, words).trimEnd());
    return;
  }
  const { writeReport } = load('../audit/report/write-report') as typeof import('../audit/report/write-report');
  const progress = openProgress(line.output, 'Reporting');
  const { entries } = verdict.counts;
  const files = await writeReport({ file, folder: out, languages: language === undefined ? LANGUAGES : [language], verdict, onProgress: (done) => progress.to(done, entries) }).finally(() => progress.end());
  if (json) return printJson(line.output, { files, verdict });
  line.output.print(`${OUTCOME_TEXTS[verdict.outcome][words]}\n`);
  for (const written of files) line.output.print(`  ${written}`);
}
