/**
 * Brings each new checkpoint to the configured witnesses and keeps their cosignatures. Beside the append path: a witness that
 * is away delays nothing. The same checkpoint is submitted until it is cosigned or a newer one has taken its place.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { rest } from '../../kernel/rest';
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
  /** Ends the pause before the next look. */
  wake: AbortController;
}

export class WitnessSubmitter {
  private readonly stopping = new AbortController();
  private readonly states: readonly WitnessState[];
  private readonly running: Promise<unknown>;

  constructor(private readonly options: WitnessSubmitterOptions) {
    this.states = options.clients.map((client) => ({ client, cosignedSize: null, wake: new AbortController() }));
    this.running = Promise.all(this.states.map((state) => this.serve(state)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when every witness cosigned the latest checkpoint, or after `waitMs`: an export is better with them than without. */
  async settle(waitMs: number): Promise<void> {
    const latest = await latestCheckpoint(this.options.pool);
    if (latest === null || !this.options.isActive()) return;
    for (const { wake } of this.states) wake.abort();
    const deadline = Date.now() + waitMs;
    const isOpen = (): boolean => this.states.some(({ cosignedSize }) => (cosignedSize ?? 0) < latest.size);
    while (isOpen() && Date.now() < deadline && !this.stopping.signal.aborted) await pause(20);
  }

  private async serve(state: WitnessState): Promise<void> {
    const { pool, isActive, diagnostics } = this.options;
    let backoff = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      let wait = POLL_MS;
      try {
        const latest = isActive() ? await latestCheckpoint(pool) : null;
        if (latest !== null && latest.size !== state.cosignedSize) await this.submit(state, latest);
        backoff = FIRST_BACKOFF_MS;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        diagnostics.warn({ part: 'witness', source: state.client.name, err: error }, 'a checkpoint was not cosigned');
        wait = backoff;
        backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS);
      }
      state.wake = new AbortController();
      await rest(wait, AbortSignal.any([this.stopping.signal, state.wake.signal]));
    }
  }

  private async submit(state: WitnessState, { size, note }: SignedCheckpoint): Promise<void> {
    const { pool, seen } = this.options;
    const { client } = state;
    // What this database knows may be older than the witness: a lost answer, a restored backup. The witness's 409 says so.
    let oldSize = Math.min(state.cosignedSize ?? (await lastCosignedSize(pool, client.vkey)) ?? 0, size);
    for (let guesses = 0; guesses < MAX_GUESSES; guesses += 1) {
      const consistency = oldSize === 0 ? [] : await proveConsistency(oldSize, size, storedNodes(pool));
      const answer = await client.add({ oldSize, consistency, checkpoint: note }, this.stopping.signal);
      if (answer.kind === 'COSIGNED') {
        await addCosignature(pool, { size, witness: client.vkey, line: answer.line, at: answer.at });
        state.cosignedSize = size;
        return;
      }
      // Refused for its content, or the witness has more than we do: its own record decides whether this log may still sign.
      if (answer.kind === 'REFUSED' || answer.size > size) {
        await seen.ask(client, this.stopping.signal);
        throw new Error(answer.kind === 'REFUSED' ? `the witness answered ${answer.status}` : `the witness is at ${answer.size}, the checkpoint at ${size}`);
      }
      oldSize = answer.size;
    }
    throw new Error('the witness names another size each time');
  }
}
