/** `cession ledger fsck`: derives every hash, link, tile and checkpoint again from the stored bytes, beside a running hub. */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import { withLedger } from './ledger-access';
import type { CommandLine } from './command-line';
import { EXIT } from './exit-code';
import { printJson } from './output';
import { openProgress } from './progress';
import { renderTable } from './table';

const load = createRequire(__filename);

interface CheckChoices {
  readonly json?: true;
}

export function addLedgerFsck(parent: Command, line: CommandLine): void {
  parent
    .command('fsck')
    .summary('check the stored ledger against its own bytes')
    .description('Derives every hash, chain, link, tile and checkpoint again from the stored bytes and compares. Changes nothing; may run beside a hub at work.')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExit codes: 0 everything holds, 1 something differs (it says what and where).')
    .action(async ({ json }: CheckChoices) => {
      const { checkLedger } = load('../audit/subgraph') as typeof import('../audit/subgraph');
      const { parseVkey } = load('../audit/log/note-key') as typeof import('../audit/log/note-key');
      const progress = openProgress(line.output, 'Checking');
      const signal = line.interruption();
      const { size, mark, difference } = await withLedger(line, ({ pool, signer }) =>
        checkLedger({ pool, key: parseVkey(signer.vkey), signal, onProgress: ({ next }, total) => progress.to(next, total) }),
      ).finally(() => progress.end());
      line.exitCode = difference === null ? EXIT.done : EXIT.differs;
      if (json) return printJson(line.output, { size, links: mark.links, difference });
      if (difference === null) return line.output.print(`Everything holds: ${size} entries and ${mark.links} links were derived again from their bytes.`);
      const { table, check, at, expected, got } = difference;
      line.output.print(`The stored ledger contradicts itself.\n\n${renderTable(['', ''], [['promise', check], ['table', table], ['place', at], ['expected', expected], ['got', got]])}`);
      line.output.print('\n→ Stop the hub, keep this database as it is, and compare with a backup and with exports that others hold.');
    });
}
