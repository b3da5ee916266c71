/** Work that is measured in a process of its own, so that its processor time and the most memory it held are nobody else's. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

export interface MeasuredRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory the process held at once. */
  readonly peakMiB: number;
}

/** In the process: does what it is told once, measured; `prepare` is not. */
export function measureOrder<Order>(prepare: (order: Order) => Promise<() => Promise<void>>): void {
  process.once('message', (order: Order) => {
    measured(() => prepare(order)).then(
      (run) => process.send?.(run, () => process.disconnect()),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}

async function measured(prepare: () => Promise<() => Promise<void>>): Promise<MeasuredRun> {
  const work = await prepare();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1_024 };
}

/** Beside it: starts the compiled `script` of this folder and waits for what it measured. */
export async function runMeasured<Order extends object>(script: string, order: Order, env: NodeJS.ProcessEnv = {}): Promise<MeasuredRun> {
  const child = fork(path.join(__dirname, script), [], { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended without a result`);
  });
  // It ends after its result, too; that is nobody's failure.
  ended.catch(() => undefined);
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [MeasuredRun];
  return result;
}
