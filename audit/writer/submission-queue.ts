/**
 * Submissions waiting for their place, in the order they came. Bounded in number and bytes: beyond that the caller is told
 * to come back, because a queue that only grows turns a slow ledger into a dead process.
 */
import type { AppendResult } from '../../kernel/ledger';
import { HubError } from '../../kernel/errors';
import type { Intake } from './intake';

export interface Pending {
  readonly intake: Intake;
  /** Milliseconds on the process clock (performance.now); nobody waits for the answer after it. */
  readonly deadlineMs: number;
  readonly settle: (result: AppendResult) => void;
  readonly fail: (error: HubError) => void;
  /** How many batches with this submission have failed. */
  attempts: number;
}

/** About one second of work at the measured append rate. */
export const MAX_QUEUED = 16_384;
export const MAX_QUEUED_BYTES = 128 * 1024 * 1024;
const RETRY_AFTER_MS = 250;

const bytesOf = (pending: Pending): number => pending.intake.event.length;

export class SubmissionQueue {
  private waiting: Pending[] = [];
  private bytes = 0;
  private announce: () => void = () => undefined;
  private arrived: Promise<void> | null = null;

  get length(): number {
    return this.waiting.length;
  }

  /** Throws UNAVAILABLE when full; then none of the submissions was taken. */
  push(pendings: readonly Pending[]): void {
    const bytes = pendings.reduce((sum, pending) => sum + bytesOf(pending), 0);
    if (this.waiting.length + pendings.length > MAX_QUEUED || this.bytes + bytes > MAX_QUEUED_BYTES) {
      throw new HubError('UNAVAILABLE', 'The ledger has more submissions waiting than it accepts.', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.waiting.push(...pendings);
    this.bytes += bytes;
    this.announce();
  }

  /** Submissions that were taken and did not get a place come back before all others, in their order. */
  putBack(pendings: readonly Pending[]): void {
    this.waiting = [...pendings, ...this.waiting];
    this.bytes += pendings.reduce((sum, pending) => sum + bytesOf(pending), 0);
  }

  /** At most `limit` of them and about `byteLimit` of bytes. Those whose caller has given up are dropped: nothing was released on them. */
  take(limit: number, byteLimit: number, nowMs: number): Pending[] {
    let count = 0;
    for (let bytes = 0; count < limit && count < this.waiting.length && bytes < byteLimit; count += 1) {
      bytes += bytesOf(this.waiting[count] as Pending);
    }
    const taken = this.waiting.splice(0, count);
    for (const pending of taken) this.bytes -= bytesOf(pending);
    return taken.filter((pending) => pending.deadlineMs > nowMs);
  }

  /** Resolves at the next push. */
  arrival(): Promise<void> {
    this.arrived ??= new Promise<void>((resolve) => {
      this.announce = () => {
        this.arrived = null;
        this.announce = () => undefined;
        resolve();
      };
    });
    return this.arrived;
  }

  failAll(error: HubError): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.bytes = 0;
    for (const pending of waiting) pending.fail(error);
  }
}
