/**
 * What every command is given: where to write, how to read the settings, and when to stop. The process itself is known to
 * the entry point only, so that a test can run any command inside its own process.
 */
import type { Config } from '../kernel/config';
import type { Language } from '../schema/messages';
import type { Output } from './output';

export interface CommandLine {
  readonly output: Output;
  /** Throws ConfigError. Commands that need no hub never call it. */
  readonly loadConfig: () => Config;
  /** The same settings, for processes of the hub that this one starts. */
  readonly environment: () => NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C or SIGTERM. Asked for by commands that have something to put away first. */
  readonly interruption: () => AbortSignal;
  /** How this program was called, so that the commands it names can be copied. */
  readonly program: string;
  /** Of texts that people read, unless `--language` says otherwise. */
  readonly language: Language;
  /** Set by the command that ran. */
  exitCode: number;
}
