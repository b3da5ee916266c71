/**
 * The entries of an export as the container wants them: one after the other from the database, those of a stream with their
 * inclusion proofs and with the heads entry that shows where it ends. Holds one segment at a time.
 */
import type { ProvenBundleEntry, StreamEnds } from '../bundle/stream-bundle';
import type { BundleEntry } from '../bundle/log-bundle';
import { SEGMENT } from '../log/export-files';
import { parseEntry } from '../log/entry';
import type { StreamName } from '../../schema/vocabulary';
import type { ProvenHeads } from '../reader/prove-heads';
import { erasedAmong, erasedInLog } from '../reader/stored-erasures';
import { proveInclusions } from '../reader/tree-reader';
import { readEntries, readStream, streamLengthAt, type Statements } from '../reader/stored-entries';

/** Entries 0 to `size` - 1. */
export async function* logEntries(database: Statements, size: number): AsyncGenerator<BundleEntry> {
  const erasedBy = await erasedInLog(database, size);
  for (let from = 0; from < size; from += SEGMENT) {
    for (const entry of await readEntries(database, from, size, SEGMENT)) yield { ...entry, erasedBy };
  }
}

export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** The entries asked for and, at the edges of a part, the ones next to it. */
export async function withNeighbours(database: Statements, stream: StreamName, { from, to }: NumberRange, size: number): Promise<NumberRange> {
  return { from: Math.max(1, from - 1), to: Math.min(await streamLengthAt(database, stream, size), to + 1) };
}

/** The heads entry with its proof in the tree of which it is the last entry. */
export async function streamEnds(database: Statements, { index, proofs }: ProvenHeads): Promise<StreamEnds> {
  const [entry] = await readEntries(database, index, index + 1, 1);
  const [proof] = await proveInclusions(database, [index], index + 1);
  if (entry === undefined || proof === undefined) throw new Error(`heads entry ${index} is missing`);
  return { entry: { ...entry, proof }, proofs };
}

/** Entries `from` to `to` of a stream, each proven in the tree of `size`. */
export async function* streamEntries(database: Statements, stream: StreamName, { from, to }: NumberRange, size: number): AsyncGenerator<ProvenBundleEntry> {
  for (let first = from; first <= to; first += SEGMENT) {
    const entries = await readStream(database, stream, { first, last: Math.min(to, first + SEGMENT - 1), limit: SEGMENT });
    const indexes = entries.map((entry) => entry.index);
    const proofs = await proveInclusions(database, indexes, size);
    const erasedBy = await erasedAmong(database, entries.flatMap(({ disclosures }) => disclosures), size);
    yield* entries.map((entry, at) => ({ ...entry, erasedBy, proof: proofs[at] as Buffer[] }));
  }
}

/**
 * The numbers of a stream's entries recorded within [from, until) as of a tree size; `from` > `to` when there is none.
 * recordedAt never goes back, so a binary search finds both ends.
 */
export async function numbersWithin(database: Statements, stream: StreamName, size: number, period: { readonly from: Date | null; readonly until: Date | null }): Promise<NumberRange> {
  const last = await streamLengthAt(database, stream, size);
  const firstNotBefore = async (at: Date): Promise<number> => {
    let [low, high] = [1, last + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await recordedAt(database, stream, middle)) < at.toISOString()) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const from = period.from === null ? 1 : await firstNotBefore(period.from);
  const to = period.until === null ? last : (await firstNotBefore(period.until)) - 1;
  return { from, to: Math.max(to, from - 1) };
}

async function recordedAt(database: Statements, stream: StreamName, n: number): Promise<string> {
  const [entry] = await readStream(database, stream, { first: n, last: n, limit: 1 });
  if (entry === undefined) throw new Error(`entry ${n} of a stream is missing`);
  return parseEntry(entry.bytes).recordedAt;
}
