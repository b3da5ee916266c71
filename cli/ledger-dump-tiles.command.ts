/** `cession ledger dump-tiles`: the ledger as static files in the C2SP tlog-tiles layout, for any web server or mirror. */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import { withLedger } from './ledger-access';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { openProgress } from './progress';

const load = createRequire(__filename);

interface DumpChoices {
  readonly json?: true;
}

export function addLedgerDumpTiles(parent: Command, line: CommandLine): void {
  parent
    .command('dump-tiles')
    .summary('write checkpoint, tiles and entries as files')
    .description('Writes `checkpoint`, `tile/…` and `tile/entries/…` in the C2SP tlog-tiles layout. Tiles never change, so a second run only adds what is new.')
    .argument('<directory>', 'where to; made when it is not there')
    .option('--json', 'print what was written as JSON')
    .action(async (directory: string, { json }: DumpChoices) => {
      const { dumpTiles } = load('../audit/subgraph') as typeof import('../audit/subgraph');
      const progress = openProgress(line.output, 'Writing');
      const treeSize = await withLedger(line, ({ pool }) => dumpTiles(pool, directory, ({ tiles, ofTiles }) => progress.to(tiles, ofTiles))).finally(() => progress.end());
      if (json) printJson(line.output, { directory, treeSize });
      else line.output.print(`${directory} holds a ledger of ${treeSize} entries as tiles, with its checkpoint.`);
    });
}
