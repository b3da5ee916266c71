/**
 * Checks a whole log entry by entry, in order: place, chain, tree, sources, streams, disclosures. Keeps one record per
 * source and stream and nothing per entry but an id fingerprint; stops at the first thing that is wrong.
 */
import type { Checkpoint } from './checkpoint';
import { checkRecord, type DisclosureRecord, type LinkDisclosure, type Place } from './disclosure-record';
import { parseEntry, ZERO_HASH, type ParsedEntry } from './entry';
import { EventIds } from './event-ids';
import { HEADS_TYPE, readHeadsFacts } from './heads-event';
import { headValue, HeadsTree, streamKey } from './heads-tree';
import type { Tally } from './tally';
import { CompactRange, leafHash } from './tree';
import { fail } from './verdict';

export const FIRST_TYPE = 'audit.LedgerCreated';

interface StreamState {
  n: number;
  prev: string;
}

/** An entry's bytes and the leaf hash that the tile beside it lists. */
export interface ListedEntry {
  readonly bytes: Buffer;
  readonly listed: Buffer;
  readonly record: DisclosureRecord;
  readonly place: Place;
  readonly recordPlace: Place;
}

export interface LogTrust {
  readonly origin: string;
  readonly vkey: string;
  /** A checkpoint seen earlier that this log has to contain. */
  readonly known: Checkpoint | null;
  /** Whether heads entries are derived again, which takes some 30 µs and 350 bytes a stream. */
  readonly derivesHeads: boolean;
}

/** Which room an entry's source speaks for. */
function roomOf(source: string): string {
  return source.split('/')[0] as string;
}

/** An entry has one place in a stream, so it links into each at most once. */
export function assertDistinct(links: readonly LinkDisclosure[], place: Place): void {
  const streams = new Set<string>();
  for (const { stream } of links) {
    if (streams.has(stream)) fail('integrity', { code: 'LINK_DUPLICATE', ...place, got: stream });
    streams.add(stream);
  }
}

/** Order checks that hold for any ascending series of entries, whole log or part. */
export class SeriesCheck {
  private recordedAt = '';
  private readonly ids = new EventIds();

  accept(entry: ParsedEntry, place: Place): void {
    const { event, recordedAt, source } = entry;
    if (roomOf(source) !== event.type.split('.')[0]) fail('integrity', { code: 'SOURCE_FOREIGN', ...place, expected: roomOf(source), got: event.type });
    if (!this.ids.add(event.id)) fail('integrity', { code: 'EVENT_DUPLICATE', ...place, got: event.id });
    // Instants have one fixed spelling, so texts compare like times.
    if (recordedAt < this.recordedAt) fail('time', { code: 'TIME_BACKWARDS', ...place, expected: `not before ${this.recordedAt}`, got: recordedAt });
    this.recordedAt = recordedAt;
  }
}

export class LogCheck {
  private readonly range = CompactRange.empty();
  private readonly series = new SeriesCheck();
  private readonly sources = new Map<string, number>();
  private readonly streams = new Map<string, StreamState>();
  private readonly heads: HeadsTree | null;
  private prev = ZERO_HASH;
  /** How many heads entries there were. */
  headsEntries = 0;

  constructor(
    private readonly trust: LogTrust,
    private readonly tally: Tally,
  ) {
    this.heads = trust.derivesHeads ? new HeadsTree() : null;
  }

  get size(): number {
    return this.range.size;
  }

  accept({ bytes, listed, record, place, recordPlace }: ListedEntry): void {
    const leaf = leafHash(bytes);
    const leafText = leaf.toString('base64url');
    if (!leaf.equals(listed)) fail('integrity', { code: 'LEAF_MISMATCH', ...place, expected: listed.toString('base64url'), got: leafText });
    const entry = parseEntry(bytes);
    this.checkPlace(entry, place);
    if (place.index === 0) this.checkFirst(entry, place);
    this.series.accept(entry, place);
    this.checkSource(entry, place);
    if (entry.event.type === HEADS_TYPE) this.checkHeads(entry, place);
    const { links, members } = checkRecord(entry, record, recordPlace);
    this.checkStreams(entry, links, leafText, recordPlace);
    this.tally.add(entry, record, members);
    this.prev = leafText;
    this.range.append(leaf);
    if (this.trust.known?.size === this.range.size) this.compareKnown(this.trust.known);
  }

  private checkPlace(entry: ParsedEntry, place: Place): void {
    if (entry.index !== place.index) fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(place.index), got: String(entry.index) });
    if (entry.prev !== this.prev) fail('integrity', { code: 'PREV_MISMATCH', ...place, expected: this.prev, got: entry.prev });
  }

  private checkSource({ source, sourceSeq }: ParsedEntry, place: Place): void {
    const seq = (this.sources.get(source) ?? 0) + 1;
    if (sourceSeq !== seq) fail('completeness', { code: 'SOURCE_GAP', ...place, expected: `${source} ${seq}`, got: `${source} ${sourceSeq}` });
    this.sources.set(source, seq);
  }

  /** The log says of itself which key and name it was created under; a key from outside meets the first entry here. */
  private checkFirst({ event }: ParsedEntry, place: Place): void {
    const { origin, vkey } = event.facts;
    if (event.type !== FIRST_TYPE) fail('integrity', { code: 'FIRST_ENTRY_INVALID', ...place, expected: FIRST_TYPE, got: event.type });
    if (origin !== this.trust.origin || vkey !== this.trust.vkey) fail('integrity', { code: 'FIRST_ENTRY_INVALID', ...place, expected: `${this.trust.origin} under ${this.trust.vkey}` });
  }

  /** CVE-2022-36111: a link must lead to the leaf hash of the stream's entry before it, not merely to some hash. */
  private checkStreams(entry: ParsedEntry, links: readonly LinkDisclosure[], leafText: string, place: Place): void {
    if (links.length !== entry.links.length) fail('completeness', { code: 'LINK_WITHHELD', ...place });
    assertDistinct(links, place);
    const own = `source:${entry.source}`;
    if (entry.event.type === HEADS_TYPE ? links.length !== 0 : !links.some((link) => link.stream === own)) fail('completeness', { code: 'LINK_MISSING', ...place, expected: own });
    for (const { stream, n, prev, digest } of links) {
      if (stream.startsWith('source:') && stream !== own) fail('integrity', { code: 'LINK_FOREIGN', ...place, expected: own, got: stream });
      const state = this.streams.get(stream);
      const last = state ?? { n: 0, prev: ZERO_HASH };
      if (n !== last.n + 1) fail('completeness', { code: 'STREAM_GAP', ...place, expected: `${stream} ${last.n + 1}`, got: `${stream} ${n}` });
      if (prev !== last.prev) fail('integrity', { code: 'STREAM_PREV_MISMATCH', ...place, expected: last.prev, got: prev });
      if (state === undefined) this.streams.set(stream, { n, prev: leafText });
      else {
        state.n = n;
        state.prev = leafText;
      }
      this.heads?.put({ key: streamKey(stream), value: headValue(digest, leafText) });
    }
  }

  private checkHeads(entry: ParsedEntry, place: Place): void {
    const facts = readHeadsFacts(entry);
    if (facts === null) return fail('integrity', { code: 'HEADS_MALFORMED', ...place });
    this.headsEntries += 1;
    if (facts.streams !== this.streams.size) fail('integrity', { code: 'HEADS_WRONG', ...place, expected: `${this.streams.size} streams`, got: `${facts.streams} streams` });
    const root = this.heads?.settle().root.toString('base64url') ?? facts.root;
    if (root !== facts.root) fail('integrity', { code: 'HEADS_WRONG', ...place, expected: root, got: facts.root });
  }

  private compareKnown(known: Checkpoint): void {
    const root = this.range.root();
    if (!root.equals(known.root)) fail('integrity', { code: 'FORKED_FROM_KNOWN', file: 'checkpoint', expected: known.root.toString('base64'), got: root.toString('base64') });
  }

  /** All entries were accepted: they have to be exactly the tree that was signed. */
  finish(checkpoint: Checkpoint): void {
    const root = this.range.root();
    if (this.range.size !== checkpoint.size || !root.equals(checkpoint.root)) {
      fail('integrity', { code: 'ROOT_MISMATCH', file: 'checkpoint', expected: checkpoint.root.toString('base64'), got: root.toString('base64') });
    }
  }
}
