/**
 * Examines the segments of a long log on all cores. Knows nothing of what is examined; a thread that fails or dies fails the
 * verification, it never passes as examined.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ExaminedSegment, LogSegment } from '../log/log-segment';
import { examineHere, type OpenExaminer, type SegmentExaminer } from '../log/log-walk';
import type { ReturnedSegment, SentSegment } from './examiner.thread';

/** Below this a log is checked before threads have started. */
const WORTHWHILE_SEGMENTS = 48;
/** While one segment is examined the next one is already there. */
const QUEUED_PER_THREAD = 2;
/** Of memory in a thread for what lives shorter than a segment. With 12 a tenth more of processor is used, with 32 no less. */
const YOUNG_MB = 16;
/** Segments differ a little in size; the next one most likely fits. */
const ROOM_BYTES = 64 * 1024;
const SCRIPT = path.join(__dirname, 'examiner.thread.js');

interface Waiting {
  readonly resolve: (examined: ExaminedSegment) => void;
  readonly reject: (error: Error) => void;
}

/** Threads for a log that is worth them, none for a short one. */
export const examineOnAllCores: OpenExaminer = (rules, segments) =>
  segments < WORTHWHILE_SEGMENTS ? examineHere(rules, segments) : openThreads({ script: SCRIPT, threads: availableParallelism() })(rules, segments);

export function openThreads({ script, threads }: { readonly script: string; readonly threads: number }): OpenExaminer {
  return (rules): SegmentExaminer => {
    const pool = Array.from({ length: threads }, () => new Thread(new Worker(script, { workerData: rules, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })));
    return {
      width: threads * QUEUED_PER_THREAD,
      examine: (segment) => pool.reduce((least, thread) => (thread.queued < least.queued ? thread : least)).examine(segment),
      close: async () => void (await Promise.all(pool.map((thread) => thread.end()))),
    };
  };
}

class Thread {
  private readonly waiting: Waiting[] = [];
  /** Memory that came back: new memory for each segment would have to be cleared, and to wait for the collector. */
  private readonly spare: ArrayBuffer[] = [];
  private broken: Error | null = null;

  constructor(private readonly worker: Worker) {
    worker.on('message', ({ examined, memory }: ReturnedSegment) => {
      this.spare.push(memory);
      this.waiting.shift()?.resolve(examined);
    });
    worker.on('error', (error: Error) => this.fail(error));
    worker.on('messageerror', (error) => this.fail(error));
    worker.on('exit', () => this.fail(new Error('A thread of the verifier ended before its work was done.')));
  }

  get queued(): number {
    return this.waiting.length;
  }

  examine(segment: LogSegment): Promise<ExaminedSegment> {
    return new Promise((resolve, reject) => {
      if (this.broken !== null) return reject(this.broken);
      this.waiting.push({ resolve, reject });
      const sent = packed(segment, this.spare.pop());
      this.worker.postMessage(sent, [sent.memory]);
    });
  }

  async end(): Promise<void> {
    this.broken ??= new Error('The verification is over.');
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.broken ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.broken);
  }
}

/** Copied, because the files are views of a larger piece of memory that the comparison still reads. */
function packed({ number, width, leaves, entries, disclosures }: LogSegment, spare: ArrayBuffer = new ArrayBuffer(0)): SentSegment {
  const ends = [leaves.length, leaves.length + entries.length, leaves.length + entries.length + disclosures.length] as const;
  const memory = spare.byteLength < ends[2] ? new ArrayBuffer(ends[2] + ROOM_BYTES) : spare;
  const bytes = new Uint8Array(memory);
  bytes.set(leaves);
  bytes.set(entries, ends[0]);
  bytes.set(disclosures, ends[1]);
  return { number, width, memory, ends };
}
