/**
 * Checks the stored ledger again and again while the hub works: a pass per interval that derives everything again, by one replica at
 * a time, resting far longer than it works. A difference is told to the log, to `/readyz` and to the metrics until a pass finds none.
 */
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { holdLease, type Lease } from '../../kernel/lease';
import { rest } from '../../kernel/rest';
import { workerTransaction } from '../../kernel/worker-transaction';
import type { VerifierKey } from '../log/note-key';
import type { Difference } from './checked-row';
import { KeptHeads, ScratchLost } from './kept-heads';
import { checkLedger, START_MARK, type SelfCheckMark, type SelfCheckOptions, type SelfCheckReport } from './self-check';
import { beginPass, endPass, keepMark, readSelfCheck, type SelfCheckState } from './self-check.repository';

export interface SelfCheckScheduleOptions {
  /** Role worker of the audit room: one connection for the lease, one for the check. */
  readonly pool: Pool;
  readonly key: VerifierKey;
  /** From the beginning of one pass to that of the next. */
  readonly intervalMs: number;
  readonly diagnostics: Diagnostics;
  readonly clock: () => Date;
}

const LEASE = 'ledger self-check';
/** A hub that starts has other things to do first. */
const FIRST_PAUSE_MS = 60_000;
/** Entries checked in one go, while which this process answers nobody. */
const BATCH = 64;
/** Milliseconds of rest for each one of work: a tenth of one core at most. */
const REST = 9;
const LONGEST_REST_MS = 5_000;
/** How much of a pass a crash may cost; each time the place is kept is a commit. */
const KEEP_MS = 5_000;
const RETRY_MS = 30_000;

export class SelfCheckSchedule {
  private readonly lease: Lease;
  private ending: Promise<void> = Promise.resolve();

  constructor(private readonly options: SelfCheckScheduleOptions) {
    this.lease = holdLease(options.pool, LEASE, { onHeld: (held) => void (this.ending = this.serve(held)) });
  }

  /** A sentence for `/readyz` in every replica, whichever of them checks. A database that is away is the room's to tell. */
  async unready(): Promise<readonly string[]> {
    const { difference } = await readSelfCheck(this.options.pool).catch(() => ({ difference: null }));
    return difference === null ? [] : [`The stored ledger contradicts itself: ${placeOf(difference)}.`];
  }

  async stop(): Promise<void> {
    await this.lease.stop();
    await this.ending;
  }

  private async serve(held: AbortSignal): Promise<void> {
    await rest(Math.min(FIRST_PAUSE_MS, this.options.intervalMs), held);
    while (!held.aborted) {
      let wait = RETRY_MS;
      try {
        wait = this.untilNext(await readSelfCheck(this.options.pool));
        if (wait === 0) await this.pass(held);
      } catch (err) {
        if (!held.aborted) this.options.diagnostics.warn({ part: 'self-check', err }, 'the self-check of the ledger tries again');
      }
      await rest(Math.min(wait, RETRY_MS), held);
    }
  }

  /** Milliseconds; 0 when a pass is under way, or due. */
  private untilNext({ mark, begunAt }: SelfCheckState): number {
    if (mark !== null || begunAt === null) return 0;
    return Math.max(0, begunAt.getTime() + this.options.intervalMs - this.options.clock().getTime());
  }

  private async pass(held: AbortSignal): Promise<void> {
    const { pool, key, clock } = this.options;
    const { mark } = await readSelfCheck(pool);
    if (mark === null) await beginPass(pool, START_MARK, clock());
    const heads = new KeptHeads(pool, held);
    let keptAt = performance.now();
    const onProgress = async (reached: SelfCheckMark): Promise<void> => {
      if (performance.now() - keptAt < KEEP_MS && !heads.isFull) return;
      await workerTransaction(pool, async (client) => keepMark(client, { ...reached, heads: await heads.store(client) }));
      keptAt = performance.now();
    };
    const report = await this.check({ pool, key, from: mark ?? START_MARK, heads, batch: BATCH, signal: held, onProgress, rest: restBetween(held) });
    if (report === null) return;
    await endPass(pool, report.mark, { at: clock(), difference: report.difference });
    this.tell(report.difference, report.size);
  }

  /** null: what an interrupted pass had derived is lost, and the next one is a whole one. */
  private async check(options: SelfCheckOptions): Promise<SelfCheckReport | null> {
    try {
      return await checkLedger(options);
    } catch (error) {
      if (!(error instanceof ScratchLost)) throw error;
      this.options.diagnostics.info({ part: 'self-check', reason: error.message }, 'the self-check of the ledger begins again');
      await beginPass(this.options.pool, START_MARK, this.options.clock());
      return null;
    }
  }

  private tell(difference: Difference | null, size: number): void {
    const { diagnostics } = this.options;
    if (difference === null) diagnostics.info({ part: 'self-check', size }, 'the stored ledger is what its bytes say');
    else diagnostics.fatal({ part: 'self-check', size, reason: placeOf(difference) }, 'the stored ledger contradicts itself');
  }
}

/** The table, the promise and the place; no stored value. */
export function placeOf({ table, check, at }: Difference): string {
  return `${table}, ${at}: "${check}" does not hold`;
}

/** Rests in proportion to the time since the last rest ended. */
function restBetween(held: AbortSignal): () => Promise<void> {
  let began = performance.now();
  return async () => {
    await rest(Math.min((performance.now() - began) * REST, LONGEST_REST_MS), held);
    began = performance.now();
  };
}
