/** The processes of the read bench as its runner sees them: servers that say where they answer, and the load generator. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { PreparedConfig } from '../../kernel/config';
import { environmentOf } from './bench-hub';
import { cpuMsOf } from './machine';
import type { LoadOrder, LoadResult } from './read-load';
import type { ServerKind, VariantName, VariantUrls } from './read-server';

export interface RunningServers {
  readonly urls: VariantUrls;
  /** Milliseconds of processor time of the servers so far. */
  cpuMs(): number | null;
  stop(): Promise<void>;
}

export async function startServers(config: PreparedConfig, kind: ServerKind, execArgv: readonly string[] = process.execArgv): Promise<RunningServers> {
  const child = fork(path.join(__dirname, 'read-server.js'), [kind], { env: environmentOf(config), execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the servers of the bench (${kind}) ended before they answered`);
  });
  const [urls] = (await Promise.race([once(child, 'message'), ended])) as [VariantUrls];
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return { urls, cpuMs: () => cpuMsOf(child.pid!), stop: () => stopServers(child) };
}

/** Requests that the load generator gave up at its end are still being answered; nothing is to be torn from under them. */
const LAST_ANSWERS_MS = 500;

async function stopServers(child: ChildProcess): Promise<void> {
  await pause(LAST_ANSWERS_MS);
  await stopChild(child);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

export interface LoadGenerator {
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoadGenerator(): LoadGenerator {
  const child = fork(path.join(__dirname, 'read-load.js'), [], { env: {}, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    async run(order) {
      const answered = once(child, 'message');
      child.send(order);
      const [result] = (await answered) as [LoadResult];
      return result;
    },
    stop: () => stopChild(child),
  };
}

export function urlOf({ urls }: RunningServers, variant: VariantName): string {
  const url = urls[variant];
  if (url === undefined) throw new Error(`${variant} is not served here`);
  return url;
}
