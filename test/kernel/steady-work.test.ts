/** Work that goes on: its steps, its rests, what it makes of failures, and how it ends. */
import { SteadyWorker } from '../../kernel/steady-work';

const LONG_MS = 3_600_000;

/** Resolves when it was called so many times. */
function counted(times: number): { call: () => void; reached: Promise<void> } {
  let left = times;
  let done: () => void;
  const reached = new Promise<void>((resolve) => (done = resolve));
  return { call: () => void ((left -= 1) === 0 && done()), reached };
}

describe('steady work', () => {
  it('goes on after each rest, until it is stopped', async () => {
    const steps = counted(3);
    const worker = new SteadyWorker({ firstBackoffMs: 1, longestBackoffMs: 1, step: async () => (steps.call(), 1), onFailure: fail });
    await steps.reached;
    await worker.stop();
  });

  it('is woken from its rest', async () => {
    const [first, second] = [counted(1), counted(2)];
    const worker = new SteadyWorker({ firstBackoffMs: 1, longestBackoffMs: 1, step: async () => (first.call(), second.call(), LONG_MS), onFailure: fail });
    await first.reached;
    // The rest begins after the step has answered.
    await new Promise((resolve) => setImmediate(resolve));
    worker.wake();
    await second.reached;
    await worker.stop();
  });

  it('goes on after failures, and tells each of them', async () => {
    const told: unknown[] = [];
    const steps = counted(4);
    const step = async (): Promise<number> => {
      steps.call();
      throw new Error('not now');
    };
    const worker = new SteadyWorker({ firstBackoffMs: 1, longestBackoffMs: 2, step, onFailure: (error) => told.push(error) });
    await steps.reached;
    await worker.stop();
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(new Set(told.map(String))).toEqual(new Set(['Error: not now']));
  });

  it('ends at once from a long rest, and from a step that heeds its signal, of which nothing is told', async () => {
    const resting = new SteadyWorker({ firstBackoffMs: 1, longestBackoffMs: 1, step: async () => LONG_MS, onFailure: fail });
    const busy = new SteadyWorker({
      firstBackoffMs: 1,
      longestBackoffMs: 1,
      step: (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      onFailure: fail,
    });
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([resting.stop(), busy.stop()]);
  });
});

function fail(error: unknown): never {
  throw error;
}
