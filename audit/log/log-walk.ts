/**
 * Leads the segments of a whole log past an examiner and then, in order, past the check that joins them. However many are under
 * way at once, what is found and where is the same: nothing read later is reported before what was read earlier.
 */
import { logSegmentNames, SEGMENT, type FileSequence } from './export-files';
import type { LogCheck } from './log-check';
import { examineSegment, type ExaminedSegment, type LogSegment, type SegmentRules } from './log-segment';

export interface SegmentExaminer {
  /** So many segments may be under way at once. */
  readonly width: number;
  examine(segment: LogSegment): Promise<ExaminedSegment>;
  close(): Promise<void>;
}

/** Makes the examiner of a log of so many segments. */
export type OpenExaminer = (rules: SegmentRules, segments: number) => SegmentExaminer;

/** One after another, here. */
export const examineHere: OpenExaminer = (rules) => ({
  width: 1,
  examine: async (segment) => examineSegment(segment, rules),
  close: async () => undefined,
});

export interface LogWalk {
  readonly files: FileSequence;
  readonly size: number;
  readonly examiner: SegmentExaminer;
  readonly check: LogCheck;
  /** Before a segment is compared: how many files had been read when it was; null when that is all that were. */
  readonly onTurn: (filesRead: number | null) => void;
  readonly onAccepted: () => void;
}

interface UnderWay {
  readonly segment: LogSegment;
  readonly filesRead: number;
  readonly examined: Promise<ExaminedSegment>;
}

export async function walkLog({ files, size, examiner, check, onTurn, onAccepted }: LogWalk): Promise<void> {
  const underWay: UnderWay[] = [];
  const join = async (atMost: number): Promise<void> => {
    while (underWay.length > atMost) {
      const { segment, filesRead, examined } = underWay.shift() as UnderWay;
      const result = await examined;
      onTurn(filesRead);
      check.accept(segment, result);
      onAccepted();
    }
    onTurn(null);
  };
  for (let number = 0; number * SEGMENT < size; number += 1) {
    let segment: LogSegment;
    try {
      segment = await readSegmentFiles(files, number, Math.min(SEGMENT, size - number * SEGMENT));
    } catch (error) {
      await join(0);
      throw error;
    }
    const examined = examiner.examine(segment);
    // Its failure is met in its turn; until then it must not end the process.
    examined.catch(() => undefined);
    underWay.push({ segment, filesRead: files.hash.count, examined });
    await join(examiner.width - 1);
  }
  await join(0);
}

async function readSegmentFiles(files: FileSequence, number: number, width: number): Promise<LogSegment> {
  const names = logSegmentNames(number, width);
  const leaves = await files.take(names.leaves);
  const entries = await files.take(names.entries);
  const disclosures = await files.take(names.disclosures);
  return { number, width, leaves, entries, disclosures };
}
