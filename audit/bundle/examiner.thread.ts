/** A thread of the verifier: examines each segment it is sent and answers with the summary, in the order sent. Holds nothing between two. */
import { parentPort, workerData } from 'node:worker_threads';
import { examineSegment, type LogSegment, type SegmentRules } from '../log/log-segment';

/** A segment on its way to a thread: its three files one after another in memory that moves along. */
export interface SentSegment {
  readonly number: number;
  readonly width: number;
  readonly bytes: Uint8Array;
  /** Where the second and the third file begin. */
  readonly cuts: readonly [number, number];
}

function received({ number, width, bytes, cuts }: SentSegment): LogSegment {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { number, width, leaves: whole.subarray(0, cuts[0]), entries: whole.subarray(cuts[0], cuts[1]), disclosures: whole.subarray(cuts[1]) };
}

parentPort?.on('message', (sent: SentSegment) => parentPort?.postMessage(examineSegment(received(sent), workerData as SegmentRules)));
