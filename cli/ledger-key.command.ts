/** `cession ledger key`: the verifier key of this hub's ledger, to be given to verifiers by another way than the export. */
import type { Command } from 'commander';
import { withPreparedHub } from './prepared-hub';
import type { CommandLine } from './command-line';
import { printJson } from './output';

interface KeyChoices {
  readonly json?: true;
}

export function addLedgerKey(parent: Command, line: CommandLine): void {
  parent
    .command('key')
    .summary('print the verifier key')
    .description('Prints the verifier key (C2SP form: name+id+base64). Give it to verifiers by another way than the exports: on paper, on a web site, in a contract.')
    .option('--json', 'print key and origin as JSON')
    .action(async ({ json }: KeyChoices) => {
      const { vkey, name } = await withPreparedHub(line, async ({ signer }) => signer);
      if (json) printJson(line.output, { vkey, origin: name });
      else line.output.print(vkey);
    });
}
