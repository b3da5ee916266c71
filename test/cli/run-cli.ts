/** Runs the `cession` program inside the test process and collects what it writes. Its settings are the given ones only. */
import { runProgram } from '../../cli/program';
import type { CommandLine } from '../../cli/command-line';
import { loadConfig } from '../../kernel/config';
import type { Language } from '../../schema/messages';

export interface CliRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface CliSurroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly language?: Language;
  readonly interruption?: AbortSignal;
  /** Told of each result as it is printed, while the command still runs. */
  readonly onPrint?: (text: string) => void;
}

export async function runCli(arguments_: readonly string[], surroundings: CliSurroundings = {}): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const line: CommandLine = {
    output: { print: (text) => (out.push(text), surroundings.onPrint?.(text)), tell: (text) => void err.push(text), progress: null, columns: 100 },
    loadConfig: () => loadConfig({ ...surroundings.env }),
    environment: () => ({ ...surroundings.env }),
    interruption: () => surroundings.interruption ?? new AbortController().signal,
    program: 'cession',
    language: surroundings.language ?? 'en',
    exitCode: 0,
  };
  const exitCode = await runProgram(arguments_, line, '0.0.0-test');
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}
