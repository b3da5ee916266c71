/**
 * `cession import portfolio`: reads a CSV through a mapping file into the borrowers and debts of one creditor. The same command
 * after an interruption goes on where it ended; a file already imported is refused.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { StartError } from '../kernel/start-error';
import type { ImportReport } from './import/import-portfolio';
import type { CommandLine } from './command-line';
import { openImportProgress } from './import-progress';
import { printJson } from './output';
import { withPreparedHub, withRoomWorkers } from './prepared-hub';
import { renderTable } from './table';

const load = createRequire(__filename);

interface ImportChoices {
  readonly creditor: string;
  readonly mapping: string;
  readonly rejects?: string;
  readonly json?: true;
}

export function addImportPortfolio(parent: Command, line: CommandLine): void {
  parent
    .command('portfolio')
    .summary('import overdue debts and who owes them from a CSV')
    .description('Imports a portfolio of overdue debts from a CSV of any size. A mapping file says what the columns mean; every row is accepted, skipped or rejected with a reason.')
    .argument('<csv>', 'the file')
    .requiredOption('--creditor <code>', 'whose debts they are, by the code given to `cession init`')
    .requiredOption('--mapping <file>', 'what the columns mean; see mappings/')
    .option('--rejects <file>', 'where rejected rows are named with their reasons (default: <csv>.rejects.csv)')
    .option('--json', 'print the counts as JSON')
    .addHelpText('after', '\nA hub that runs on the same database brings the records to the ledger; without one they wait for the next start.')
    .action(async (csv: string, choices: ImportChoices) => importFile(line, csv, choices));
}

async function importFile(line: CommandLine, csv: string, { creditor, mapping, rejects, json }: ImportChoices): Promise<void> {
  const { importPortfolio } = load('./import/import-portfolio') as typeof import('./import/import-portfolio');
  const { findCreditorId } = load('../subgraphs/creditors/subgraph') as typeof import('../subgraphs/creditors/subgraph');
  const text = await readFile(mapping, 'utf8');
  const progress = openImportProgress(line.output);
  const report = await withPreparedHub(line, ({ config }) =>
    withRoomWorkers(config, async ({ creditors, importing }) => {
      const creditorId = await findCreditorId(creditors, creditor);
      if (creditorId === null) throw new StartError(`There is no creditor with the code ${creditor}.`, 'Register it with `cession init`, or correct --creditor.');
      return importPortfolio({ file: csv, mapping: text, creditorId, tools: importing, ...(rejects !== undefined && { rejectsFile: rejects }), onProgress: (at) => progress.to(at) });
    }),
  ).finally(() => progress.end());
  if (json) printJson(line.output, report);
  else line.output.print(renderImport(csv, report));
}

function renderImport(csv: string, report: ImportReport): string {
  const { rows, accepted, rejected, skipped, ledger, rejectsFile, attribution, resumed, batchId } = report;
  const reasons = (counts: Readonly<Record<string, number>>, what: string) => Object.entries(counts).map(([reason, count]) => [`${what}: ${reason}`, count] as const);
  const table = renderTable(['rows', 'count'], [['read', rows], ['accepted', accepted], ...reasons(rejected, 'rejected'), ...reasons(skipped, 'skipped')]);
  const lines = [`${path.basename(csv)} is imported${resumed ? ', going on where an earlier run ended' : ''} (${batchId}).`, '', table, ''];
  if (Object.keys(rejected).length > 0) lines.push(`Rejected rows are named in ${rejectsFile}.`);
  if (ledger.appended) lines.push(`Every debt has its entry in the ledger, the last one at index ${ledger.ledgerIndex}.`);
  else lines.push(`${ledger.waiting} records wait for a hub: start one with \`cession start\`, and they get their ledger entries.`);
  if (attribution !== null) lines.push(attribution);
  return lines.join('\n');
}
