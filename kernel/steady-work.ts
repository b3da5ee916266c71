/**
 * Work that goes on for as long as its owner lives: a step, a rest, the next step; longer and longer rests while it fails. Tells
 * every failure to its owner; hides none but those of being stopped.
 */
import { rest } from './rest';

export interface SteadyWork {
  /** Does what is due, if anything; answers for how many milliseconds to rest. */
  step(signal: AbortSignal): Promise<number>;
  onFailure(error: unknown): void;
  /** Milliseconds after a first failure; doubled with each further one in a row. */
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
}

export class SteadyWorker {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private waking = new AbortController();

  constructor(private readonly work: SteadyWork) {
    this.running = this.serve();
  }

  /** Ends the present rest. */
  wake(): void {
    this.waking.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async serve(): Promise<void> {
    const { work, stopping } = this;
    let backoffMs = work.firstBackoffMs;
    while (!stopping.signal.aborted) {
      let restMs: number;
      try {
        restMs = await work.step(stopping.signal);
        backoffMs = work.firstBackoffMs;
      } catch (error) {
        if (stopping.signal.aborted) return;
        work.onFailure(error);
        restMs = backoffMs;
        backoffMs = Math.min(2 * backoffMs, work.longestBackoffMs);
      }
      this.waking = new AbortController();
      await rest(restMs, AbortSignal.any([stopping.signal, this.waking.signal]));
    }
  }
}
