/**
 * Checks a whole log segment by segment, in order: chain, tree, ids, sources, streams, heads. Each segment was examined by itself
 * before; here it is compared with what came before it. Stops at the first thing that is wrong. Keeps of an entry its leaf hash
 * (32 bytes: a later link of a stream may lead to it) and a fingerprint of its id (some 20), of a stream where it ends (some 28).
 */
import type { Checkpoint } from './checkpoint';
import type { ClockCheck } from './clock-check';
import { parseEntry, ZERO_HASH } from './entry';
import type { EntryWatch, LeafOf } from './entry-watch';
import { EventIds } from './event-ids';
import { SEGMENT } from './export-files';
import { parseRecord, type Place } from './disclosure-record';
import { FINGERPRINT_WORDS } from './fingerprint-table';
import { headValue, HeadsTree, streamKey } from './heads-tree';
import { segmentNames, type ExaminedSegment, type HeadsClaim, type LogSegment } from './log-segment';
import type { StreamRowLists } from './stream-rows';
import { StreamTable } from './stream-table';
import type { Tally } from './tally';
import { decodeTile, readEntryBundle, TILE_HEIGHT } from './tiles';
import { CompactRange, HASH_BYTES } from './tree';
import { fail, type Aspect, type Finding } from './verdict';

export interface LogTrust {
  /** A checkpoint seen earlier that this log has to contain. */
  readonly known: Checkpoint | null;
  /** Whether heads entries are derived again, which takes some 30 µs and 350 bytes a stream. */
  readonly derivesHeads: boolean;
  readonly watch: EntryWatch;
  readonly clock: ClockCheck;
}

/** Something wrong at a place of the segment; the earliest place is reported. */
interface Fault {
  readonly at: number;
  readonly aspect: Aspect;
  readonly finding: Finding;
}

export class LogCheck {
  private readonly range = CompactRange.empty();
  private readonly ids = new EventIds();
  private readonly sources = new Map<string, number>();
  private readonly streams = new StreamTable();
  private readonly heads: HeadsTree | null;
  /** The leaf hashes of each segment so far, in words. */
  private readonly leaves: Uint32Array[] = [];
  private prev = ZERO_HASH;
  private recordedAt = '';
  private fault: Fault | null = null;
  /** How many heads entries there were. */
  headsEntries = 0;

  constructor(
    private readonly trust: LogTrust,
    private readonly tally: Tally,
  ) {
    this.heads = trust.derivesHeads ? new HeadsTree() : null;
  }

  /** The next segment in order. */
  accept(segment: LogSegment, examined: ExaminedSegment): void {
    this.leaves.push(wordsOf(segment.leaves));
    if (examined.count > 0) this.compare(segment, examined);
    // Compared is only what came before an entry that is wrong by itself, so what was found here comes first.
    if (this.fault !== null) fail(this.fault.aspect, this.fault.finding);
    this.tally.addAll(examined.tally);
    for (const contradiction of examined.contradictions) this.trust.clock.add(contradiction);
    if (examined.failure !== null) fail(examined.failure.aspect, examined.failure.finding);
    this.grow(segment, examined.root);
    if (examined.watched.length > 0) handOver(segment, examined.watched, this.trust.watch, (index) => this.leafOf(index));
  }

  private compare(segment: LogSegment, examined: ExaminedSegment): void {
    const place = (at: number): { file: string; index: number } => ({ file: segmentNames(segment).entries, index: segment.number * SEGMENT + at });
    const { prev, recordedAt } = examined.first;
    if (prev !== this.prev) this.note(0, 'integrity', { code: 'PREV_MISMATCH', ...place(0), expected: this.prev, got: prev });
    for (let at = 0; at < examined.count; at += 1) {
      if (!this.ids.addFingerprint(examined.ids, at * FINGERPRINT_WORDS)) this.note(at, 'integrity', { code: 'EVENT_DUPLICATE', ...place(at), got: eventIdAt(segment, at) });
    }
    if (recordedAt < this.recordedAt) this.note(0, 'time', { code: 'TIME_BACKWARDS', ...place(0), expected: `not before ${this.recordedAt}`, got: recordedAt });
    for (const { source, at, from, to } of examined.sources) {
      const due = (this.sources.get(source) ?? 0) + 1;
      if (from !== due) this.note(at, 'completeness', { code: 'SOURCE_GAP', ...place(at), expected: `${source} ${due}`, got: `${source} ${from}` });
      this.sources.set(source, to);
    }
    let row = 0;
    for (const claim of examined.heads) {
      row = this.compareStreams(segment, examined.streams, row, claim.at);
      this.compareHeads(claim, place(claim.at));
    }
    this.compareStreams(segment, examined.streams, row, SEGMENT);
    this.prev = leafText(segment.leaves, examined.count - 1);
    this.recordedAt = examined.lastRecordedAt;
  }

  /** CVE-2022-36111: a link must lead to the leaf hash of the stream's entry before it, not merely to some hash. */
  private compareStreams(segment: LogSegment, lists: StreamRowLists, from: number, until: number): number {
    const { keys, firstAt, firstN, firstPrev, lastAt, lastN } = lists;
    const begin = segment.number * SEGMENT;
    let names: readonly string[] | null = null;
    const nameOf = (row: number): string => (names ??= lists.names.split('\n'))[row] as string;
    let row = from;
    for (; row < firstAt.length && (firstAt[row] as number) < until; row += 1) {
      const at = firstAt[row] as number;
      const stream = this.streams.find(keys, row);
      const n = this.streams.numberOf(stream);
      if (firstN[row] !== n + 1) {
        const name = nameOf(row);
        this.note(at, 'completeness', { code: 'STREAM_GAP', ...recordPlace(segment, at), expected: `${name} ${n + 1}`, got: `${name} ${firstN[row]}` });
        continue;
      }
      const last = this.streams.indexOf(stream);
      const [leaves, leaf] = n === 0 ? [NO_HASH, 0] : [this.leaves[Math.floor(last / SEGMENT)] as Uint32Array, (last % SEGMENT) * HASH_WORDS];
      if (!isSameHash(leaves, leaf, firstPrev, row * HASH_WORDS)) {
        this.note(at, 'integrity', { code: 'STREAM_PREV_MISMATCH', ...recordPlace(segment, at), expected: hashText(leaves, leaf), got: hashText(firstPrev, row * HASH_WORDS) });
      }
      this.streams.move(stream, lastN[row] as number, begin + (lastAt[row] as number));
      if (this.heads === null) continue;
      const digest = lists.lastDigests.slice(row * ZERO_HASH.length, (row + 1) * ZERO_HASH.length);
      this.heads.put({ key: streamKey(nameOf(row)), value: headValue(digest, leafText(segment.leaves, lastAt[row] as number)) });
    }
    return row;
  }

  private compareHeads({ at, root, streams }: HeadsClaim, place: Place): void {
    this.headsEntries += 1;
    if (streams !== this.streams.size) this.note(at, 'integrity', { code: 'HEADS_WRONG', ...place, expected: `${this.streams.size} streams`, got: `${streams} streams` });
    const derived = this.heads?.settle().root.toString('base64url') ?? root;
    if (derived !== root) this.note(at, 'integrity', { code: 'HEADS_WRONG', ...place, expected: derived, got: root });
  }

  private note(at: number, aspect: Aspect, finding: Finding): void {
    if (this.fault === null || at < this.fault.at) this.fault = { at, aspect, finding };
  }

  private leafOf(index: number): string {
    return hashText(this.leaves[Math.floor(index / SEGMENT)] as Uint32Array, (index % SEGMENT) * HASH_WORDS);
  }

  private grow(segment: LogSegment, root: Uint8Array | null): void {
    const { known } = this.trust;
    const isKnownWithin = known !== null && known.size > this.range.size && known.size < this.range.size + segment.width;
    if (root !== null && !isKnownWithin) this.range.appendSubtree(TILE_HEIGHT, Buffer.from(root));
    else for (const leaf of decodeTile(segment.leaves, segment.width)) this.appendLeaf(leaf);
    if (!isKnownWithin) this.compareKnown();
  }

  private appendLeaf(leaf: Buffer): void {
    this.range.append(Buffer.from(leaf));
    this.compareKnown();
  }

  private compareKnown(): void {
    const { known } = this.trust;
    if (known?.size !== this.range.size) return;
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

const HASH_WORDS = HASH_BYTES / Uint32Array.BYTES_PER_ELEMENT;
const NO_HASH = new Uint32Array(HASH_WORDS);

/** A copy: the file it came in need not stay in memory. */
function wordsOf(bytes: Buffer): Uint32Array {
  const words = new Uint32Array(Math.ceil(bytes.length / Uint32Array.BYTES_PER_ELEMENT));
  bytes.copy(new Uint8Array(words.buffer));
  return words;
}

function isSameHash(some: Uint32Array, at: number, others: Uint32Array, otherAt: number): boolean {
  for (let word = 0; word < HASH_WORDS; word += 1) if (some[at + word] !== others[otherAt + word]) return false;
  return true;
}

function hashText(words: Uint32Array, at: number): string {
  return Buffer.from(words.buffer, words.byteOffset + at * Uint32Array.BYTES_PER_ELEMENT, HASH_BYTES).toString('base64url');
}

function recordPlace(segment: LogSegment, at: number): Place {
  return { file: segmentNames(segment).disclosures, index: segment.number * SEGMENT + at };
}

function leafText(leaves: Buffer, at: number): string {
  return leaves.toString('base64url', at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

/** Read once more, here, where entries come in their order. */
function handOver(segment: LogSegment, places: readonly number[], watch: EntryWatch, leafOf: LeafOf): void {
  const bundle = [...readEntryBundle(segment.entries)];
  const lines = segment.disclosures.toString().split('\n');
  for (const at of places) watch.accept(parseEntry(bundle[at] as Buffer), parseRecord(lines[at] as string, recordPlace(segment, at)), leafOf);
}

/** Read once more, to name it. */
function eventIdAt({ entries }: LogSegment, at: number): string {
  const bytes = [...readEntryBundle(entries)][at] as Buffer;
  return parseEntry(bytes).event.id;
}
