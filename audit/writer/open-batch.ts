/**
 * A batch that still takes submissions while the one before it commits. Pairs every submission with what was decided about
 * it, and answers them once the database has spoken.
 */
import { planBatch, type Batch, type Outcome, type PlannedEntry } from './batch';
import type { LedgerState } from './ledger-state';
import type { Pending } from './submission-queue';

/** Batches beyond this bought nothing in measurements, and they delay the first receipt. */
export const MAX_BATCH = 512;
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** All streams of the batches under way must stay among the remembered heads (stream-heads.ts). */
const MAX_BATCH_STREAMS = 16_384;

export class OpenBatch {
  readonly pendings: Pending[] = [];
  private readonly parts: Batch[] = [];
  private streams = 0;
  private bytes = 0;

  get room(): number {
    const full = this.streams >= MAX_BATCH_STREAMS || this.bytes >= MAX_BATCH_BYTES;
    return full ? 0 : MAX_BATCH - this.pendings.length;
  }

  get byteRoom(): number {
    return MAX_BATCH_BYTES - this.bytes;
  }

  /** The streams of the pendings MUST be loaded. */
  add(state: LedgerState, pendings: readonly Pending[], nowMs: number): void {
    const batch = planBatch(
      state,
      pendings.map((pending) => pending.intake),
      nowMs,
    );
    this.parts.push(batch);
    this.pendings.push(...pendings);
    for (const { bytes, intake } of batch.entries) {
      this.bytes += bytes.length;
      this.streams += intake.streams.length;
    }
  }

  close(): Batch {
    const [only] = this.parts;
    if (this.parts.length === 1 && only !== undefined) return only;
    const last = this.parts.at(-1);
    if (only === undefined || last === undefined) throw new Error('an empty batch was closed');
    return {
      first: only.first,
      head: last.head,
      entries: this.parts.flatMap((part) => part.entries),
      tiles: this.parts.flatMap((part) => part.tiles),
      outcomes: this.parts.flatMap((part) => part.outcomes),
    };
  }
}

/** Answers what the outcome decides by itself; false: the stored entries have to be asked. */
export function settle(pending: Pending, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'refused':
      pending.settle(outcome.refusal);
      return true;
    case 'earlier':
      return false;
    case 'entry':
    case 'repeat':
      pending.settle(receiptOf(outcome.entry, outcome.kind === 'repeat'));
      return true;
  }
}

function receiptOf({ index, leaf, recordedAt }: PlannedEntry, duplicate: boolean) {
  return { ok: true, index, leafHash: leaf, recordedAt, duplicate } as const;
}
