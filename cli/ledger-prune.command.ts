/**
 * `cession ledger prune`: stops serving the oldest entries whose retention has ended, by the rule and by an entry of the ledger.
 * Deletes nothing; refuses whatever the rule or a legal hold keeps.
 */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import type { PruningPlan } from '../audit/subgraph';
import { withLedger } from './ledger-access';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { renderTable } from './table';

const load = createRequire(__filename);

interface PruneChoices {
  readonly dryRun?: true;
  readonly json?: true;
}

interface Pruned {
  readonly plan: PruningPlan;
  readonly ordered: boolean;
}

export function addLedgerPrune(parent: Command, line: CommandLine): void {
  parent
    .command('prune')
    .summary('stop serving entries whose retention has ended')
    .description(
      'Finds the oldest entries that every retention period allows to give up and no legal hold keeps, in whole bundles of 256, and orders that their bundles are not served any more (C2SP tlog-tiles, minimum index). The order is an entry and takes effect when a running hub has it. Nothing is deleted; every proof stays valid.',
    )
    .option('--dry-run', 'only say what could be pruned, and what keeps the rest')
    .option('--json', 'print the result as JSON')
    .action(async ({ dryRun, json }: PruneChoices) => {
      const { plan, ordered } = await withLedger(line, async ({ pool }): Promise<Pruned> => {
        const { planLedgerPruning, orderPruning } = load('../audit/subgraph') as typeof import('../audit/subgraph');
        const now = new Date();
        const found = await planLedgerPruning(pool, now);
        const isDue = found.minimumIndex > found.from && dryRun !== true;
        if (isDue) await orderPruning(pool, found, now);
        return { plan: found, ordered: isDue };
      });
      if (json) return printJson(line.output, { from: plan.from, minimumIndex: plan.minimumIndex, counts: Object.fromEntries(plan.counts), keptBy: plan.keptBy, ordered });
      show(line, plan, ordered);
    });
}

function show({ output }: CommandLine, { from, minimumIndex, counts, keptBy }: PruningPlan, ordered: boolean): void {
  const { RETENTION_PERIODS, isRetentionClass } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  if (minimumIndex === from) output.print(`Nothing may be pruned: entries are served from index ${from}${keptBy === null ? ', and fewer than 256 follow' : ''}.`);
  else {
    output.print(`${minimumIndex - from} entries, ${from} to ${minimumIndex - 1}, need not be kept any longer.\n`);
    output.print(renderTable(['class', 'years', 'entries'], [...counts].map(([name, count]) => [name, isRetentionClass(name) ? String(RETENTION_PERIODS[name].years) : '', String(count)])));
  }
  if (keptBy !== null) output.print(`\nEntry ${keptBy.index} (${keptBy.retention}) is kept ${keptBy.isHeld ? 'under a legal hold' : keptBy.until === null ? 'for ever: its class has no period' : `until ${keptBy.until.toISOString()}`}.`);
  if (ordered) output.print('\nOrdered: it takes effect when a hub that runs on this database has the entry in its ledger.');
}
