/**
 * Brings each new checkpoint to the configured witnesses and keeps their cosignatures. Beside the append path: a witness that
 * is away delays nothing. The same checkpoint is submitted until it is cosigned or a newer one has taken its place.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { SteadyWorker } from '../../kernel/steady-work';
import { proveConsistency } from '../log/proof';
import { storedNodes } from '../reader/tree-reader';
import { latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';
import { addCosignature, lastCosignedSize } from './cosignatures.repository';
import type { SeenElsewhere } from './seen-elsewhere';
import type { WitnessClient } from './witness-client';

export interface WitnessSubmitterOptions {
  readonly pool: Pool;
  readonly clients: readonly WitnessClient[];
  readonly seen: SeenElsewhere;
  /** Only the process that writes the ledger submits; two would only repeat each other. */
  readonly isActive: () => boolean;
  readonly diagnostics: Diagnostics;
}

const POLL_MS = 500;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** The first guess at the witness's size, and what its answers correct. */
const MAX_GUESSES = 4;

/** `cosignedSize` null: nothing yet. */
interface WitnessState {
  readonly client: WitnessClient;
  cosignedSize: number | null;
}

export class WitnessSubmitter {
  private readonly states: readonly WitnessState[];
  private readonly workers: readonly SteadyWorker[];
  private isStopping = false;

  constructor(private readonly options: WitnessSubmitterOptions) {
    this.states = options.clients.map((client) => ({ client, cosignedSize: null }));
    this.workers = this.states.map((state) => this.open(state));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** Resolves when every witness cosigned the latest checkpoint, or after `waitMs`: an export is better with them than without. */
  async settle(waitMs: number): Promise<void> {
    const latest = await latestCheckpoint(this.options.pool);
    if (latest === null || !this.options.isActive()) return;
    for (const worker of this.workers) worker.wake();
    const deadline = Date.now() + waitMs;
    const isOpen = (): boolean => this.states.some(({ cosignedSize }) => (cosignedSize ?? 0) < latest.size);
    while (isOpen() && Date.now() < deadline && !this.isStopping) await pause(20);
  }

  private open(state: WitnessState): SteadyWorker {
    const { pool, isActive, diagnostics } = this.options;
    return new SteadyWorker({
      firstBackoffMs: FIRST_BACKOFF_MS,
      longestBackoffMs: LONGEST_BACKOFF_MS,
      step: async (signal) => {
        const latest = isActive() ? await latestCheckpoint(pool) : null;
        if (latest !== null && latest.size !== state.cosignedSize) await this.submit(state, latest, signal);
        return POLL_MS;
      },
      onFailure: (error) => diagnostics.warn({ part: 'witness', source: state.client.name, err: error }, 'a checkpoint was not cosigned'),
    });
  }

  private async submit(state: WitnessState, { size, note }: SignedCheckpoint, signal: AbortSignal): Promise<void> {
    const { pool, seen } = this.options;
    const { client } = state;
    // What this database knows may be older than the witness: a lost answer, a restored backup. The witness's 409 says so.
    let oldSize = Math.min(state.cosignedSize ?? (await lastCosignedSize(pool, client.vkey)) ?? 0, size);
    for (let guesses = 0; guesses < MAX_GUESSES; guesses += 1) {
      const consistency = oldSize === 0 ? [] : await proveConsistency(oldSize, size, storedNodes(pool));
      const answer = await client.add({ oldSize, consistency, checkpoint: note }, signal);
      if (answer.kind === 'COSIGNED') {
        await addCosignature(pool, { size, witness: client.vkey, line: answer.line, at: answer.at });
        state.cosignedSize = size;
        return;
      }
      // Refused for its content, or the witness has more than we do: its own record decides whether this log may still sign.
      if (answer.kind === 'REFUSED' || answer.size > size) {
        await seen.ask(client, signal);
        throw new Error(answer.kind === 'REFUSED' ? `the witness answered ${answer.status}` : `the witness is at ${answer.size}, the checkpoint at ${size}`);
      }
      oldSize = answer.size;
    }
    throw new Error('the witness names another size each time');
  }
}
