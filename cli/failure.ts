/**
 * An error as its reader needs it: one message with cause and remedy, and the exit code. Messages of unknown errors are left
 * out, because those of PostgreSQL and parsers quote what they were given, which may be a person's data.
 */
import { CommanderError } from 'commander';
import { ConfigError } from '../kernel/config';
import { HubError } from '../kernel/errors';
import { StartError } from '../kernel/start-error';
import { EXIT } from './exit-code';
import { ImportError } from './import/import-error';
import { MappingError } from './import/mapping-problems';
import { RoomBehind } from './room-wholeness';
import { UsageError } from './usage-error';

export interface Failure {
  readonly exitCode: number;
  /** null: it has been said already. */
  readonly message: string | null;
}

const FRAMES = 8;

export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage, message: null };
  if (error instanceof UsageError) return { exitCode: EXIT.usage, message: error.message };
  if (error instanceof ConfigError) return { exitCode: EXIT.config, message: error.message };
  if (error instanceof StartError) return { exitCode: EXIT.unavailable, message: error.message };
  if (error instanceof MappingError) return { exitCode: EXIT.usage, message: error.message };
  if (error instanceof ImportError) return { exitCode: EXIT.unavailable, message: `${error.message} [${error.code}]` };
  if (error instanceof RoomBehind) return { exitCode: EXIT.unavailable, message: `${error.message} [${error.ruleId}]\n  → ${error.remedy}` };
  if (error instanceof HubError) return { exitCode: EXIT.unavailable, message: `${error.message} [${error.code}]` };
  if (isInterruption(error)) return { exitCode: EXIT.interrupted, message: 'Interrupted.' };
  const file = fileProblem(error);
  if (file !== null) return { exitCode: EXIT.unavailable, message: file };
  return { exitCode: EXIT.defect, message: describeDefect(error) };
}

function isInterruption(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EDQUOT: 'the quota of this user is used up',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EPERM: 'this user may not',
  EROFS: 'the disk is read-only',
};

/** Errors of the file system name a path and nothing of its content. */
function fileProblem(error: unknown): string | null {
  const { code = '', path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const problem = FILE_PROBLEMS[code];
  if (problem === undefined || syscall === undefined) return null;
  return `${path ?? 'A file'} cannot be used: ${problem} (${code}).\n  → Check the path, the permissions and the space on the disk.`;
}

/** The engine's own texts name properties and variables, not values. */
const ENGINE_ERRORS: readonly unknown[] = [TypeError, ReferenceError];

function describeDefect(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const code = (error as { code?: unknown } | null)?.code;
  const kind = typeof code === 'string' ? `${name} ${code}` : name;
  const text = error instanceof Error && ENGINE_ERRORS.includes(error.constructor) ? error.message : 'Its text is withheld, since it may quote data.';
  const frames = (error instanceof Error ? (error.stack ?? '') : '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`The command failed for a reason it does not know (${kind}). ${text}`, ...frames.slice(0, FRAMES)].join('\n');
}
