/**
 * The life of a process: start, serve, stop on SIGINT or SIGTERM, and leave with a code that says how it went. A second
 * signal does not hurry: what is being acknowledged must still become durable.
 */
import { ConfigError } from './config';
import { describeError } from './diagnostics';
import { StartError } from './start-error';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What was acknowledged is durable: a process that hangs on a database that has gone may be ended after this. */
const STOP_DEADLINE_MS = 30_000;

/** What an operator reads when a process cannot start: the cause and the remedy, or where in the code it broke. */
function whyNotStarted(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  return `The process could not start: ${JSON.stringify(describeError(error))}`;
}

/** What a process is once it serves. */
export interface ServingProcess {
  /** Where it answers: with port 0 nobody else knows. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What a parent process is told. */
export type ServingMessage = Pick<ServingProcess, 'url'>;

/** Tells a parent process where it serves as soon as it does; sets `process.exitCode`. */
export async function runProcess(start: () => Promise<ServingProcess>): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve());
    // A parent that went away without a signal leaves a closed channel behind.
    process.on('disconnect', () => resolve());
  });
  try {
    const serving = await start();
    process.send?.({ url: serving.url } satisfies ServingMessage);
    await asked;
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await serving.stop();
  } catch (error) {
    process.stderr.write(`${whyNotStarted(error)}\n`);
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}
