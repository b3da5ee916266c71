/** `cession doctor`: after a restore, whether rooms, their outboxes, the ledger and its witnesses still fit together, and what is missing. */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import type { CommandLine } from './command-line';
import { EXIT } from './exit-code';
import { printJson } from './output';
import { openCommandDiagnostics, withPreparedHub } from './prepared-hub';

const load = createRequire(__filename);

interface DoctorChoices {
  readonly json?: true;
}

export function addDoctor(program: Command, line: CommandLine): void {
  program
    .command('doctor')
    .summary('say what is missing after a restore')
    .description(
      'Compares every room with the ledger and the ledger with its witnesses: a room that lacks records of its own, a ledger that lacks entries a room has receipts for, a room that has followed further than the ledger goes, a key store that lacks keys or holds destroyed ones, a ledger older than what a witness saw. Changes nothing; run it after any restore, before the hub is started.',
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nExit codes: 0 everything fits together, 1 something is missing (it says what and what to do).')
    .action(async ({ json }: DoctorChoices) => {
      const { examineHub } = load('./doctor/examine-hub') as typeof import('./doctor/examine-hub');
      const findings = await withPreparedHub(line, ({ config, signer }) => examineHub({ config, signer, diagnostics: openCommandDiagnostics(config) }));
      line.exitCode = findings.length === 0 ? EXIT.done : EXIT.differs;
      if (json) return printJson(line.output, { findings });
      if (findings.length === 0) return line.output.print('Rooms, outboxes, ledger and witnesses fit together.');
      for (const { code, where, what, remedy } of findings) line.output.print(`${where} [${code}]\n  missing: ${what}\n  → ${remedy}`);
    });
}
