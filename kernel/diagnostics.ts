/**
 * What operators read while the hub runs. Only listed fields can be written, and of an error only what cannot hold a value
 * somebody sent or stored: names, codes and places in the code. It is not evidence; that is the ledger's.
 */
import pino, { type DestinationStream } from 'pino';
import { ConfigError, type LogLevel } from './config';
import { sqlState } from './database/postgres-errors';
import { HubError } from './errors';
import { StartError } from './start-error';

/**
 * Everything that may be logged. An allow-list, because the next personal field is the one nobody thought of: ids of
 * borrowers and debts, variables, rows and SQL are not here and never will be.
 */
export const LOGGABLE_FIELDS = [
  // who did it in the hub
  'requestId', 'room', 'part', 'channel', 'job', 'process', 'audience', 'method', 'operationName', 'documentHash', 'operationKind',
  // where
  'host', 'port', 'path', 'url', 'address', 'file',
  // what came of it
  'code', 'status', 'ruleId', 'rulePack', 'eventType', 'attempt', 'signal', 'adopted', 'embedded', 'reason', 'migrations',
  // how much and where in the ledger
  'index', 'size', 'from', 'until', 'count', 'rows', 'accepted', 'rejected', 'bytes', 'lag', 'durationMs', 'deadlineMs', 'waitedMs',
  'epoch', 'source', 'sourceSeq', 'origin', 'treeSize', 'rootHash', 'err',
] as const;
export type LoggableField = (typeof LOGGABLE_FIELDS)[number];
export type DiagnosticFields = { readonly [Field in LoggableField]?: unknown };

export interface Diagnostics {
  trace(fields: DiagnosticFields, message: string): void;
  debug(fields: DiagnosticFields, message: string): void;
  info(fields: DiagnosticFields, message: string): void;
  warn(fields: DiagnosticFields, message: string): void;
  error(fields: DiagnosticFields, message: string): void;
  fatal(fields: DiagnosticFields, message: string): void;
  /** The same with fields on every line: `child({ requestId })` ties together what one request caused. */
  child(fields: DiagnosticFields): Diagnostics;
}

/** Characters of one value: a name, code or path, never a document. */
const LONGEST_VALUE = 300;
const LONGEST_LIST = 50;
const DEEPEST_CAUSE = 4;
const STACK_LINES = 20;
/** Standard error: standard output belongs to what a command prints for people and scripts. */
const STDERR = 2;

/** Synchronous, so that the line that says why the process died is written before it does. */
export function openDiagnostics(level: LogLevel, destination: DestinationStream = pino.destination({ fd: STDERR, sync: true })): Diagnostics {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: onlyLoggable,
        bindings: onlyLoggable,
      },
      serializers: { err: (error: unknown) => error },
    },
    destination,
  );
}

/** Removes every field that is not listed and says which, so that a mistake shows in the log instead of a person. */
function onlyLoggable(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const removed: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'pid') kept[name] = value;
    else if (name === 'err') kept[name] = describeError(value);
    else if ((LOGGABLE_FIELDS as readonly string[]).includes(name)) kept[name] = shorten(value);
    else removed.push(name);
  }
  return removed.length > 0 ? { ...kept, removed } : kept;
}

function shorten(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item) => (typeof item === 'object' ? '[object]' : shorten(item)));
  return '[object]';
}

export interface DescribedError {
  readonly type: string;
  readonly message?: string;
  readonly code?: string;
  readonly stack?: readonly string[];
  readonly cause?: DescribedError;
}

/**
 * Messages of PostgreSQL, JSON.parse and validators quote their input; only the hub's own errors have fixed texts. For all
 * others the class, the code and the frames say where to look.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = error instanceof HubError ? error.code : sqlState(error);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    ...(hasFixedText(error) ? { message: error.message } : {}),
    ...(code === null ? {} : { code }),
    ...(frames.length > 0 ? { stack: frames.slice(0, STACK_LINES).map((line) => line.trim()) } : {}),
    ...(error.cause !== undefined && depth < DEEPEST_CAUSE ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

/** TypeError, too: the engine's texts name properties, not values, and without them a defect cannot be found. */
function hasFixedText(error: Error): boolean {
  return error instanceof HubError || error instanceof StartError || error instanceof ConfigError || error.constructor === TypeError;
}
