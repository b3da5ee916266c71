/** A thread of the verifier: examines each segment it is sent and answers with the summary, in the order sent. Holds nothing between two. */
import { parentPort, workerData } from 'node:worker_threads';
import { examineSegment, type ExaminedSegment, type LogSegment, type SegmentRules } from '../log/log-segment';

/** A segment on its way to a thread: its three files one after another in memory that moves along. */
export interface SentSegment {
  readonly number: number;
  readonly width: number;
  readonly memory: ArrayBuffer;
  /** Where each file ends. */
  readonly ends: readonly [number, number, number];
}

/** The memory goes back with the answer, for the next segment. */
export interface ReturnedSegment {
  readonly examined: ExaminedSegment;
  readonly memory: ArrayBuffer;
}

function received({ number, width, memory, ends: [leaves, entries, disclosures] }: SentSegment): LogSegment {
  const file = (from: number, to: number): Buffer => Buffer.from(memory, from, to - from);
  return { number, width, leaves: file(0, leaves), entries: file(leaves, entries), disclosures: file(entries, disclosures) };
}

parentPort?.on('message', (sent: SentSegment) => {
  const examined = examineSegment(received(sent), workerData as SegmentRules);
  const returned: ReturnedSegment = { examined, memory: sent.memory };
  parentPort?.postMessage(returned, [sent.memory]);
});
