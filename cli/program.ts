/**
 * The `cession` program: its commands, its help, and the way from any error to one message and an exit code. Knows no
 * process: arguments, streams and settings are given to it.
 */
import { Command } from 'commander';
import type { CommandLine } from './command-line';
import { EXIT_CODES_HELP } from './exit-code';
import { describeFailure } from './failure';
import { addDoctor } from './doctor.command';
import { addExport } from './export.command';
import { addImportPortfolio } from './import-portfolio.command';
import { addInit } from './init.command';
import { addKeysRotateBlindIndex } from './keys-rotate-blinding.command';
import { addKeysRotateMaster } from './keys-rotate-master.command';
import { addLedgerDumpTiles } from './ledger-dump-tiles.command';
import { addLedgerFsck } from './ledger-fsck.command';
import { addLedgerKey } from './ledger-key.command';
import { addLedgerPrune } from './ledger-prune.command';
import { addLedgerRotateKey } from './ledger-rotate-key.command';
import { addReconcile } from './reconcile.command';
import { addReport } from './report.command';
import { addStart } from './start.command';
import { addToken } from './token.command';
import { addTour } from './tour.command';
import { addVerify } from './verify.command';
import { addWitness } from './witness.command';

const NAME = 'cession';

export function buildProgram(line: CommandLine, version: string): Command {
  const { output } = line;
  const program = new Command(NAME)
    .description('A hub for overdue debts with a ledger that anybody can verify.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.tell(text.trimEnd()),
      getOutHelpWidth: () => output.columns,
      getErrHelpWidth: () => output.columns,
    })
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText('after', `\n${EXIT_CODES_HELP}\n\nSettings come from the environment; .env.example lists them all.`);
  addStart(program, line);
  addInit(program, line);
  addToken(program, line);
  addImportPortfolio(groupOf(program, 'import', 'bring records in'), line);
  addExport(program, line);
  addVerify(program, line);
  addReport(program, line);
  addReconcile(program, line);
  addDoctor(program, line);
  addTour(program, line);
  const ledger = groupOf(program, 'ledger', 'look after the ledger itself');
  addLedgerKey(ledger, line);
  addLedgerRotateKey(ledger, line);
  addLedgerDumpTiles(ledger, line);
  addLedgerFsck(ledger, line);
  addLedgerPrune(ledger, line);
  const keys = groupOf(program, 'keys', 'change the keys of the hub');
  addKeysRotateBlindIndex(keys, line);
  addKeysRotateMaster(keys, line);
  addWitness(groupOf(program, 'witness', 'cosign the checkpoints of ledgers'), line);
  for (const command of everyCommand(program)) command.showHelpAfterError(`  → See: ${pathOf(command)} --help`);
  return program;
}

function groupOf(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`).helpCommand(false);
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** `arguments_` without the interpreter and the script. Never throws; the exit code is the answer. */
export async function runProgram(arguments_: readonly string[], line: CommandLine, version: string): Promise<number> {
  try {
    await buildProgram(line, version).parseAsync([...arguments_], { from: 'user' });
    return line.exitCode;
  } catch (error) {
    const { exitCode, message } = describeFailure(error);
    if (message !== null) line.output.tell(message);
    return exitCode;
  }
}
