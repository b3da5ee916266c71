/**
 * One segment of an export: at most 256 entries with the account of their digests, read in step. Memory is bounded by one
 * segment however long the log is.
 */
import { decodeUtf8 } from './canonical';
import { parseRecord, splitLines, type DisclosureRecord, type Place } from './disclosure-record';
import type { FileSequence } from './export-files';
import { locate } from './locate';
import { readEntryBundle } from './tiles';
import { fail } from './verdict';

export interface SegmentEntry {
  readonly bytes: Buffer;
  readonly record: DisclosureRecord;
  readonly place: Place;
  readonly recordPlace: Place;
}

/** `indexes`: where in the log each entry of the segment has to stand. */
export async function readSegment(files: FileSequence, names: { readonly entries: string; readonly disclosures: string }, indexes: readonly number[]): Promise<Iterable<SegmentEntry>> {
  const entries = await files.take(names.entries);
  const disclosures = await files.take(names.disclosures);
  return walk(names, indexes, entries, disclosures);
}

function* walk(names: { readonly entries: string; readonly disclosures: string }, indexes: readonly number[], entries: Buffer, disclosures: Buffer): Generator<SegmentEntry> {
  const bundle = readEntryBundle(entries);
  const lines = locate({ file: names.disclosures }, () => splitLines(decodeUtf8(disclosures), names.disclosures, indexes.length));
  for (const [i, index] of indexes.entries()) {
    const place = { file: names.entries, index };
    const recordPlace = { file: names.disclosures, index };
    const next = locate(place, () => bundle.next());
    if (next.done === true) return fail('integrity', { code: 'TILE_MALFORMED', ...place, detail: 'the entry bundle ends before this entry' });
    const record = locate(recordPlace, () => parseRecord(lines[i] as string, recordPlace));
    yield { bytes: next.value, record, place, recordPlace };
  }
  if (locate({ file: names.entries }, () => bundle.next()).done !== true) fail('integrity', { code: 'TILE_MALFORMED', file: names.entries, detail: 'the entry bundle holds more entries than its segment' });
}
