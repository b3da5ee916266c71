/**
 * Examines one segment of a whole log by itself: every check that needs no other segment, so that several can be examined at
 * once. What the next segments depend on comes back as a summary; the first thing wrong ends it and is named with its place.
 */
import { decodeUtf8 } from './canonical';
import { ClockCheck, type ClockContradiction, type ClockSpan } from './clock-check';
import { checkRecord, parseRecord, splitLines, type DisclosureRecord, type LinkDisclosure, type Place } from './disclosure-record';
import { parseEntry, type ParsedEntry } from './entry';
import { logSegmentNames, SEGMENT } from './export-files';
import { FINGERPRINT_WORDS, putFingerprint } from './fingerprint-table';
import { HEADS_TYPE, readHeadsFacts } from './heads-event';
import { locate } from './locate';
import { ROTATION_TYPE } from './log-keys';
import { StreamRows, type StreamRowLists } from './stream-rows';
import { assertNotBefore, assertOwnRoom } from './series-check';
import { Tally, type Counted } from './tally';
import { readEntryBundle, tileTexts } from './tiles';
import { leafHashText, subtreeRoot } from './tree';
import { fail, VerificationFailure, type Aspect, type Finding } from './verdict';

export const FIRST_TYPE = 'audit.LedgerCreated';

/** The three files of a segment, as read. */
export interface LogSegment {
  readonly number: number;
  /** How many entries it has to have. */
  readonly width: number;
  readonly leaves: Buffer;
  readonly entries: Buffer;
  readonly disclosures: Buffer;
}

/** What holds for all segments of a log. */
export interface SegmentRules {
  readonly origin: string;
  /** The key the log was created under. */
  readonly vkey: string;
  /** The indexes of the entries that changed it, as the export accounts for them; no other entry may. */
  readonly keyChanges: readonly number[];
  /** Whether the summary has to tell the digest of each stream's last link. */
  readonly derivesHeads: boolean;
  /** What others attest of the time of each entry. */
  readonly clock: readonly ClockSpan[];
  /** Under which the fingerprints of ids and streams are taken. */
  readonly salt: string;
  /** Types of events whose entries are to be named. */
  readonly watched: readonly string[];
}

/** Entries of one source that follow one another without a gap: numbers `from` to `to`, the first at place `at` of the segment. */
export interface SourceRun {
  readonly source: string;
  readonly at: number;
  readonly from: number;
  to: number;
}

export interface HeadsClaim {
  readonly at: number;
  readonly root: string;
  readonly streams: number;
}

/** Everything that the rest of the log has to be compared with. Plain values only: it crosses from thread to thread. */
export interface ExaminedSegment {
  /** Entries found in order, before the failure if there is one. */
  readonly count: number;
  readonly failure: { readonly aspect: Aspect; readonly finding: Finding } | null;
  /** Of a full segment that holds: the root over its leaves. */
  readonly root: Uint8Array | null;
  readonly first: { readonly prev: string; readonly recordedAt: string };
  readonly lastRecordedAt: string;
  /** Fingerprints of the events' ids. */
  readonly ids: Uint32Array;
  readonly sources: readonly SourceRun[];
  readonly streams: StreamRowLists;
  readonly heads: readonly HeadsClaim[];
  /** Places in the segment of the entries that are watched. */
  readonly watched: readonly number[];
  readonly contradictions: readonly ClockContradiction[];
  readonly tally: Counted;
}

export function segmentNames({ number, width }: LogSegment): ReturnType<typeof logSegmentNames> {
  return logSegmentNames(number, width);
}

export function examineSegment(segment: LogSegment, rules: SegmentRules): ExaminedSegment {
  const examination = new Examination(segment, rules);
  try {
    examination.run();
    return examination.summary(null);
  } catch (error) {
    if (!(error instanceof VerificationFailure)) throw error;
    return examination.summary({ aspect: error.aspect, finding: error.finding });
  }
}

class Examination {
  /** The leaf hashes that the segment states. */
  private listed: readonly string[] = [];
  private count = 0;
  private root: Uint8Array | null = null;
  private prev: string | null = null;
  private first = { prev: '', recordedAt: '' };
  private recordedAt = '';
  private readonly ids: Uint32Array;
  private readonly sources: SourceRun[] = [];
  private readonly running = new Map<string, SourceRun>();
  private readonly streams: StreamRows;
  private readonly heads: HeadsClaim[] = [];
  private readonly watched: number[] = [];
  private readonly clock: ClockCheck;
  private readonly tally = Tally.ofPart();

  constructor(
    private readonly segment: LogSegment,
    private readonly rules: SegmentRules,
  ) {
    this.ids = new Uint32Array(segment.width * FINGERPRINT_WORDS);
    this.streams = new StreamRows(rules);
    this.clock = new ClockCheck(rules.clock);
  }

  run(): void {
    const { number, width, leaves, entries, disclosures } = this.segment;
    const names = segmentNames(this.segment);
    this.listed = locate({ file: names.leaves }, () => tileTexts(leaves, width));
    const bundle = readEntryBundle(entries);
    const lines = locate({ file: names.disclosures }, () => splitLines(decodeUtf8(disclosures), names.disclosures, width));
    for (let at = 0; at < width; at += 1) {
      const index = number * SEGMENT + at;
      const place = { file: names.entries, index };
      const recordPlace = { file: names.disclosures, index };
      const next = locate(place, () => bundle.next());
      if (next.done === true) return fail('integrity', { code: 'TILE_MALFORMED', ...place, detail: 'the entry bundle ends before this entry' });
      const record = locate(recordPlace, () => parseRecord(lines[at] as string, recordPlace));
      locate(place, () => this.accept(next.value, record, place, recordPlace));
      this.count += 1;
    }
    if (locate({ file: names.entries }, () => bundle.next()).done !== true) fail('integrity', { code: 'TILE_MALFORMED', file: names.entries, detail: 'the entry bundle holds more entries than its segment' });
    if (width === SEGMENT) this.root = subtreeRoot(leaves);
  }

  summary(failure: ExaminedSegment['failure']): ExaminedSegment {
    const { count, root, first, recordedAt, ids, sources, heads, watched } = this;
    return { count, failure, root, first, lastRecordedAt: recordedAt, ids, sources, streams: this.streams.lists(), heads, watched, contradictions: this.clock.contradictions, tally: this.tally.counted() };
  }

  private accept(bytes: Buffer, record: DisclosureRecord, place: Place, recordPlace: Place): void {
    const at = this.count;
    const leaf = leafHashText(bytes);
    const listed = this.listed[at] as string;
    if (leaf !== listed) fail('integrity', { code: 'LEAF_MISMATCH', ...place, expected: listed, got: leaf });
    const entry = parseEntry(bytes);
    this.checkPlace(entry, place);
    if (place.index === 0) this.checkFirst(entry, place);
    if (entry.event.type === ROTATION_TYPE && !this.rules.keyChanges.includes(place.index)) fail('integrity', { code: 'ROTATION_INVALID', ...place, detail: 'the export does not account for this change of key' });
    assertOwnRoom(entry, place);
    assertNotBefore(this.recordedAt, entry.recordedAt, place);
    this.checkSource(entry, place);
    const isHeads = entry.event.type === HEADS_TYPE;
    const claim = isHeads ? (readHeadsFacts(entry) ?? fail('integrity', { code: 'HEADS_MALFORMED', ...place })) : null;
    const { links, members } = checkRecord(entry, record, recordPlace);
    this.checkLinks(entry, links, recordPlace);
    this.streams.add(links, at, leaf, recordPlace);
    if (claim !== null) this.acceptHeads(claim.root, claim.streams);
    putFingerprint(this.rules.salt, entry.event.id, this.ids, at * FINGERPRINT_WORDS);
    this.clock.accept(entry.index, entry.recordedAt);
    this.recordedAt = entry.recordedAt;
    this.prev = leaf;
    this.tally.add(entry, record, members);
    if (this.rules.watched.includes(entry.event.type)) this.watched.push(at);
  }

  private checkPlace({ index, prev, recordedAt }: ParsedEntry, place: Place): void {
    if (index !== place.index) fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(place.index), got: String(index) });
    if (this.prev === null) this.first = { prev, recordedAt };
    else if (prev !== this.prev) fail('integrity', { code: 'PREV_MISMATCH', ...place, expected: this.prev, got: prev });
  }

  /** The log says of itself which key and name it was created under; a key from outside meets the first entry here. */
  private checkFirst({ event }: ParsedEntry, place: Place): void {
    const { origin, vkey } = event.facts;
    if (event.type !== FIRST_TYPE) fail('integrity', { code: 'FIRST_ENTRY_INVALID', ...place, expected: FIRST_TYPE, got: event.type });
    if (origin !== this.rules.origin || vkey !== this.rules.vkey) fail('integrity', { code: 'FIRST_ENTRY_INVALID', ...place, expected: `${this.rules.origin} under ${this.rules.vkey}` });
  }

  private checkSource({ source, sourceSeq }: ParsedEntry, place: Place): void {
    const run = this.running.get(source);
    if (run === undefined) {
      const begun = { source, at: this.count, from: sourceSeq, to: sourceSeq };
      this.running.set(source, begun);
      this.sources.push(begun);
      return;
    }
    if (sourceSeq !== run.to + 1) fail('completeness', { code: 'SOURCE_GAP', ...place, expected: `${source} ${run.to + 1}`, got: `${source} ${sourceSeq}` });
    run.to = sourceSeq;
  }

  private checkLinks(entry: ParsedEntry, links: readonly LinkDisclosure[], place: Place): void {
    if (links.length !== entry.links.length) fail('completeness', { code: 'LINK_WITHHELD', ...place });
    const own = `source:${entry.source}`;
    if (entry.event.type === HEADS_TYPE ? links.length !== 0 : !links.some((link) => link.stream === own)) fail('completeness', { code: 'LINK_MISSING', ...place, expected: own });
    for (const { stream } of links) if (stream !== own && stream.startsWith('source:')) fail('integrity', { code: 'LINK_FOREIGN', ...place, expected: own, got: stream });
  }

  /** What it commits to stands between the links before and after it, so the runs of the streams end here. */
  private acceptHeads(root: string, streams: number): void {
    this.heads.push({ at: this.count, root, streams });
    this.streams.cut();
  }
}
