/**
 * Checks the entries of one or more streams against a checkpoint: each entry's inclusion, each link to the one before.
 * Proves that nothing is missing between the first and the last number; not that the last is the newest.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import type { Checkpoint } from './checkpoint';
import { checkRecord, type DisclosureRecord, type LinkDisclosure, type Place } from './disclosure-record';
import { parseEntry, ZERO_HASH } from './entry';
import { isExactly } from './event-shape';
import { SEGMENT } from './export-files';
import { assertDistinct, SeriesCheck } from './log-check';
import type { StreamRange } from './manifest';
import { decodeBase64 } from './note';
import { HASH_BYTES, leafHash, rootFromInclusion } from './tree';
import { fail } from './verdict';

/** One line of a proofs file: where in the log the entry is, and its inclusion proof in the export's checkpoint. */
export interface ProofRecord {
  readonly index: number;
  readonly proof: readonly Buffer[];
}

export function formatProof({ index, proof }: ProofRecord): string {
  return `${canonicalize({ index, proof: proof.map((hash) => hash.toString('base64')) })}\n`;
}

/** 1 to 256 lines. */
export function parseProofs(text: string, file: string): ProofRecord[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > SEGMENT) fail('integrity', { code: 'PROOF_MALFORMED', file, detail: 'a segment has 1 to 256 lines' });
  return lines.map((line, at) => parseProof(line, file, at));
}

function parseProof(line: string, file: string, at: number): ProofRecord {
  const refuse = (): never => fail('integrity', { code: 'PROOF_MALFORMED', file, detail: `line ${at + 1}` });
  const value = parseCanonicalText(line);
  if (!isExactly(value, ['index', 'proof'])) return refuse();
  const { index, proof } = value;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0 || !Array.isArray(proof)) return refuse();
  return {
    index,
    proof: (proof as readonly JsonValue[]).map((step) => {
      const hash = typeof step === 'string' ? decodeBase64(step) : null;
      return hash?.length === HASH_BYTES ? hash : refuse();
    }),
  };
}

export interface ProvenEntry {
  readonly bytes: Buffer;
  readonly proof: ProofRecord;
  readonly record: DisclosureRecord;
  readonly place: Place;
  readonly recordPlace: Place;
}

interface StreamState {
  readonly range: StreamRange;
  n: number;
  /** null: the entry before lies outside the range, so its hash is not known here. */
  prev: string | null;
}

export class StreamCheck {
  private readonly series = new SeriesCheck();
  private readonly streams: ReadonlyMap<string, StreamState>;
  private readonly sources = new Map<string, number>();
  private last = -1;

  constructor(
    private readonly checkpoint: Checkpoint,
    ranges: readonly StreamRange[],
  ) {
    this.streams = new Map(ranges.map((range) => [range.stream, { range, n: range.from - 1, prev: range.from === 1 ? ZERO_HASH : null }]));
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
    this.checkLinks(checkRecord(entry, record, recordPlace), leaf.toString('base64url'), recordPlace);
  }

  /** CVE-2022-36111: both ends of a link are leaves proven to be in the tree, the middle ones too. */
  private checkLinks(links: readonly LinkDisclosure[], leafText: string, place: Place): void {
    if (links.length === 0) fail('completeness', { code: 'LINK_MISSING', ...place, expected: [...this.streams.keys()].join(' or ') });
    assertDistinct(links, place);
    for (const { stream, n, prev } of links) {
      const state = this.streams.get(stream);
      if (state === undefined) return fail('policy', { code: 'LINK_FOREIGN', ...place, got: stream });
      if (n !== state.n + 1) fail('completeness', { code: 'STREAM_GAP', ...place, expected: `${stream} ${state.n + 1}`, got: `${stream} ${n}` });
      if (state.prev !== null && prev !== state.prev) fail('integrity', { code: 'STREAM_PREV_MISMATCH', ...place, expected: state.prev, got: prev });
      state.n = n;
      state.prev = leafText;
    }
  }

  finish(): void {
    for (const { range, n } of this.streams.values()) {
      if (n !== range.to) fail('completeness', { code: 'STREAM_RANGE_MISMATCH', file: 'manifest', expected: `${range.stream} to ${range.to}`, got: `to ${n}` });
    }
  }
}
