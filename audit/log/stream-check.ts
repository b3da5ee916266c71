/**
 * Checks the entries of one or more streams against a checkpoint: each entry's inclusion, each link to the one before, and,
 * where the export has them, the heads that show where each stream ends. Without heads nothing is missing between the first
 * and the last number, but later entries may exist.
 */
import type { Checkpoint } from './checkpoint';
import type { ClockCheck } from './clock-check';
import { assertDistinct, checkRecord, type DisclosureRecord, type LinkDisclosure, type Place } from './disclosure-record';
import type { EntryWatch } from './entry-watch';
import { parseEntry, ZERO_HASH, type ParsedEntry } from './entry';
import { HEADS_TYPE, readHeadsFacts } from './heads-event';
import { openHeadProof, type HeadProof, type ProvenHead } from './head-proof';
import { SeriesCheck } from './series-check';
import type { Manifest, Period, StreamRange } from './manifest';
import type { ProofRecord } from './proof-file';
import type { Tally } from './tally';
import { leafHash, rootFromInclusion } from './tree';
import { fail, type Finding } from './verdict';

export interface ProvenEntry {
  readonly bytes: Buffer;
  readonly proof: ProofRecord;
  readonly record: DisclosureRecord;
  readonly place: Place;
  readonly recordPlace: Place;
}

interface StreamState {
  readonly range: StreamRange;
  /** Of the first entry that has to be here: the range's own, or the neighbour before it. */
  readonly first: number;
  n: number;
  /** base64url leaf hash of entry n. null: the entry before `first` lies outside, so its hash is not known here. */
  prev: string | null;
}

/** What the manifest says of the streams. `completeness` decides whether heads have to follow the entries. */
export type StreamClaim = Pick<Manifest, 'completeness' | 'period' | 'streams'>;

/** Who is told of each entry found to hold, and changes nothing of what is found. */
export interface StreamOnlookers {
  readonly watch: EntryWatch;
  readonly clock: ClockCheck;
}

export class StreamCheck {
  private readonly series = new SeriesCheck();
  private readonly streams: ReadonlyMap<string, StreamState>;
  private readonly sources = new Map<string, number>();
  private readonly period: Period | null;
  private readonly empty: string[] = [];
  /** Leaf hashes of what was handed to agencies, for their receipts. */
  private readonly shares = new Map<number, string>();
  private heads: Buffer | null = null;
  private last = -1;
  readonly hasHeads: boolean;

  constructor(
    private readonly checkpoint: Checkpoint,
    claim: StreamClaim,
    private readonly tally: Tally,
    private readonly onlookers: StreamOnlookers,
  ) {
    this.hasHeads = claim.completeness === 'proven by this export';
    this.period = claim.period;
    this.streams = new Map(claim.streams.map((range) => [range.stream, this.begin(range)]));
  }

  private begin(range: StreamRange): StreamState {
    const first = this.hasHeads ? Math.max(1, range.from - 1) : range.from;
    return { range, first, n: first - 1, prev: first === 1 ? ZERO_HASH : null };
  }

  accept({ bytes, proof, record, place, recordPlace }: ProvenEntry): void {
    const leaf = leafHash(bytes);
    const root = rootFromInclusion(proof.index, this.checkpoint.size, leaf, proof.proof);
    if (root === null || !root.equals(this.checkpoint.root)) {
      fail('integrity', { code: 'INCLUSION_INVALID', ...place, expected: this.checkpoint.root.toString('base64'), got: root?.toString('base64') ?? 'no root' });
    }
    const entry = parseEntry(bytes);
    if (entry.index !== proof.index) fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(proof.index), got: String(entry.index) });
    if (entry.index <= this.last) fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: `after ${this.last}`, got: String(entry.index) });
    this.last = entry.index;
    this.series.accept(entry, place);
    const seq = this.sources.get(entry.source) ?? 0;
    if (entry.sourceSeq <= seq) fail('integrity', { code: 'SOURCE_GAP', ...place, expected: `after ${entry.source} ${seq}`, got: `${entry.source} ${entry.sourceSeq}` });
    this.sources.set(entry.source, entry.sourceSeq);
    const { links, members } = checkRecord(entry, record, recordPlace);
    if (this.hasHeads && entry.event.type === HEADS_TYPE) this.acceptHeads(entry, place);
    else this.checkLinks(entry, links, leaf.toString('base64url'), recordPlace);
    this.tally.add(entry, record, members);
    const { watch, clock } = this.onlookers;
    clock.accept(entry.index, entry.recordedAt);
    if (isShare(entry)) this.shares.set(entry.index, leaf.toString('base64url'));
    if (watch.types.includes(entry.event.type)) watch.accept(entry, record, (index) => this.shares.get(index) ?? null);
  }

  /** It speaks of the entries before it: only as the last one it leaves none uncovered. */
  private acceptHeads(entry: ParsedEntry, place: Place): void {
    const due = this.checkpoint.size - 1;
    if (entry.index !== due) fail('completeness', { code: 'HEADS_NOT_LAST', ...place, expected: String(due), got: String(entry.index) });
    const facts = readHeadsFacts(entry);
    if (facts === null) return fail('completeness', { code: 'HEADS_MALFORMED', ...place });
    this.heads = Buffer.from(facts.root, 'base64url');
  }

  /** CVE-2022-36111: both ends of a link are leaves proven to be in the tree, the middle ones too. */
  private checkLinks(entry: ParsedEntry, links: readonly LinkDisclosure[], leafText: string, place: Place): void {
    if (links.length === 0) fail('completeness', { code: 'LINK_MISSING', ...place, expected: [...this.streams.keys()].join(' or ') });
    assertDistinct(links, place);
    for (const { stream, n, prev } of links) {
      const state = this.streams.get(stream);
      if (state === undefined) return fail('policy', { code: 'LINK_FOREIGN', ...place, got: stream });
      if (n !== state.n + 1) fail('completeness', { code: gapCode(state, n), ...place, expected: `${stream} ${state.n + 1}`, got: `${stream} ${n}` });
      if (state.prev !== null && prev !== state.prev) fail('integrity', { code: 'STREAM_PREV_MISMATCH', ...place, expected: state.prev, got: prev });
      if (this.hasHeads) this.checkPeriod(entry, state.range, n, place);
      state.n = n;
      state.prev = leafText;
    }
  }

  /** Entries asked for lie in the period, the neighbours outside it. */
  private checkPeriod({ recordedAt }: ParsedEntry, { stream, from, to }: StreamRange, n: number, place: Place): void {
    const { from: begins = null, until = null } = this.period ?? {};
    const isBefore = begins !== null && recordedAt < begins;
    const isAfter = until !== null && recordedAt >= until;
    const holds = n < from ? isBefore : n > to ? isAfter && n === to + 1 : !isBefore && !isAfter;
    if (!holds) fail('completeness', { code: this.period === null ? 'STREAM_RANGE_MISMATCH' : 'PERIOD_MISMATCH', ...place, got: `${stream} ${n} at ${recordedAt}` });
  }

  /** All entries were accepted. */
  finish(): void {
    if (this.hasHeads) {
      if (this.heads === null) fail('completeness', { code: 'HEADS_MISSING', expected: `entry ${this.checkpoint.size - 1}` });
      return;
    }
    for (const { range, n } of this.streams.values()) {
      if (n !== range.to) fail('completeness', { code: 'STREAM_RANGE_MISMATCH', file: 'manifest', expected: `${range.stream} to ${range.to}`, got: `to ${n}` });
    }
  }

  /** After finish(), for each stream in the manifest's order. */
  acceptHead(proof: HeadProof, due: string, file: string): void {
    const state = this.streams.get(due);
    if (state === undefined || proof.stream !== due) return fail('completeness', { code: 'HEAD_PROOF_MALFORMED', file, expected: due, got: proof.stream });
    const head = openHeadProof(this.heads as Buffer, proof);
    if (head === null) return fail('completeness', { code: 'HEAD_PROOF_INVALID', file, got: due });
    this.checkEnd(state, head, file);
    if (head.n === 0) this.empty.push(due);
  }

  /** The last entry here is the stream's last, or the neighbour after the period. */
  private checkEnd({ range, n, first, prev }: StreamState, head: ProvenHead, file: string): void {
    const { stream, to } = range;
    const last = Math.min(head.n, to + 1);
    if (to > head.n || (this.period === null && to !== head.n)) fail('completeness', { code: to > head.n ? 'STREAM_RANGE_MISMATCH' : 'STREAM_TAIL_MISSING', file, expected: `${stream} to ${head.n}`, got: `to ${to}` });
    if (n !== last) fail('completeness', { code: n === to ? 'NEIGHBOUR_MISSING' : 'STREAM_TAIL_MISSING', file, expected: `${stream} ${last}`, got: `${stream} ${n}` });
    if (n === head.n && n >= first && prev !== head.leaf) fail('integrity', { code: 'HEAD_MISMATCH', file, expected: head.leaf ?? '', got: prev ?? '' });
  }

  /** What is proven when nothing failed. */
  reasons(): readonly Finding[] {
    if (!this.hasHeads) return [{ code: 'STREAM_HEAD_NOT_IN_EXPORT' }];
    return [{ code: this.period === null ? 'STREAMS_COMPLETE' : 'PERIOD_COMPLETE' }, ...this.empty.map((stream): Finding => ({ code: 'STREAM_EMPTY', got: stream }))];
  }
}

function isShare({ event }: ParsedEntry): boolean {
  return event.actor.audience === 'PARTNER' && event.type.endsWith('.DataDisclosed');
}

/** The first entry of a part is the neighbour before it. */
function gapCode({ n, first, range }: StreamState, got: number): 'NEIGHBOUR_MISSING' | 'STREAM_GAP' {
  return n < first && first < range.from && got === range.from ? 'NEIGHBOUR_MISSING' : 'STREAM_GAP';
}
