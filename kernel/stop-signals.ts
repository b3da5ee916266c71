/**
 * The life of a process: start, serve, stop on SIGINT or SIGTERM, and leave with a code that says how it went. A second
 * signal does not hurry: what is being acknowledged must still become durable.
 */
import type { Diagnostics } from './diagnostics';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `start` resolves with how to stop. Sets `process.exitCode`; the process ends when nothing is left to do. */
export async function runUntilStopped(diagnostics: Diagnostics, start: () => Promise<() => Promise<void>>): Promise<void> {
  let stop: (() => Promise<void>) | null = null;
  try {
    const asked = new Promise<string>((resolve) => {
      for (const signal of SIGNALS) process.on(signal, () => resolve(signal));
      // A parent that started this process and went away without a signal leaves a closed channel behind.
      process.on('disconnect', () => resolve('disconnect'));
    });
    stop = await start();
    process.send?.('ready');
    diagnostics.info({ signal: await asked }, 'stopping');
  } catch (error) {
    diagnostics.fatal({ err: error }, 'could not start');
    process.exitCode = 1;
  }
  await stop?.();
  if (process.connected) process.disconnect();
}
