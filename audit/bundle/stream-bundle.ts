/**
 * The export of one or more streams: the entries that are in them, each with its inclusion proof, and where each stream ends,
 * showing nothing that belongs to another stream. Refuses to seal an entry that the checkpoint does
 * not contain.
 */
import type { Writable } from 'node:stream';
import { verifyCheckpoint } from '../log/checkpoint';
import type { DisclosureRecord } from '../log/disclosure-record';
import { headsFileName, SEGMENT, streamSegmentNames } from '../log/export-files';
import { formatHeadProof, type HeadProof } from '../log/head-proof';
import type { Manifest, Period, StreamRange } from '../log/manifest';
import { parseVkey } from '../log/note-key';
import { formatProof } from '../log/proof-file';
import { encodeEntryBundle } from '../log/tiles';
import { leafHash, verifyInclusion } from '../log/tree';
import { accountFor } from './account';
import { attachedFiles } from './attachments';
import { BundleWriter, type BundleSummary } from './bundle-writer';
import type { BundleEntry, BundleSource } from './log-bundle';

export interface ProvenBundleEntry extends BundleEntry {
  /** Inclusion in the checkpoint's tree, from the leaf's sibling up. */
  readonly proof: readonly Buffer[];
}

/** What shows that nothing of the streams is missing. */
export interface StreamEnds {
  /** The heads entry, the last one of the checkpoint's tree. */
  readonly entry: ProvenBundleEntry;
  /** Of each stream, present or absent. */
  readonly proofs: readonly HeadProof[];
}

export interface StreamBundleSource extends BundleSource {
  /** The numbers of each stream that the export holds. */
  readonly streams: readonly StreamRange[];
  /** A part by time; only of a single stream, because neighbours of one may lie far outside the part of another. */
  readonly period: Period | null;
  /** null: the export does not prove where the streams end. */
  readonly ends: StreamEnds | null;
  /**
   * In ascending order of index, each once, though it may be in several of the streams. With ends: of a part by time also the
   * entries right before and after it.
   */
  readonly entries: AsyncIterable<ProvenBundleEntry>;
}

export async function writeStreamBundle(output: Writable, source: StreamBundleSource): Promise<BundleSummary> {
  const { origin, size, root } = verifyCheckpoint(source.checkpoint, parseVkey(source.vkey));
  const streams = [...source.streams].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  if (source.period !== null && streams.length !== 1) throw new RangeError('a part by time is of a single stream');
  const scope = new Set(streams.map((range) => range.stream));
  const writer = new BundleWriter(output, source.signer, source.appendix ?? null);
  const segment = new Segment(writer);
  try {
    const checkpoint = { origin, size, root: root.toString('base64') };
    const { createdAt, ends, mandate, period, requestedBy = null, vkey } = source;
    const completeness: Manifest['completeness'] = ends === null ? 'not proven by this export' : 'proven by this export';
    await writer.begin({ kind: 'stream', checkpoint, completeness, createdAt, mandate, period, requestedBy, streams, vkey }, source.checkpoint, attachedFiles(source, source.checkpoint, vkey));
    const add = async (entry: ProvenBundleEntry): Promise<void> => {
      if (!verifyInclusion(entry.index, size, leafHash(entry.bytes), entry.proof, root)) throw new Error(`entry ${entry.index} is not in the tree of the checkpoint`);
      await segment.add(entry, accountFor(entry.index, entry.disclosures, scope, entry.erasedBy));
    };
    for await (const entry of source.entries) {
      await add(entry);
      source.onProgress?.(segment.total);
    }
    if (ends !== null) await add(ends.entry);
    await segment.flush();
    if (ends !== null) await addHeads(writer, streams, ends.proofs);
    return await writer.finish();
  } catch (error) {
    await writer.abort(error instanceof Error ? error : new Error('export failed'));
    throw error;
  }
}

async function addHeads(writer: BundleWriter, streams: readonly StreamRange[], proofs: readonly HeadProof[]): Promise<void> {
  const byStream = new Map(proofs.map((proof) => [proof.stream, proof]));
  const lines = streams.map(({ stream }) => {
    const proof = byStream.get(stream);
    if (proof === undefined) throw new Error('the end of a stream has no proof');
    return formatHeadProof(proof);
  });
  for (let first = 0; first < lines.length; first += SEGMENT) await writer.add(headsFileName(first / SEGMENT), Buffer.from(lines.slice(first, first + SEGMENT).join(''), 'utf8'));
}

class Segment {
  private entries: ProvenBundleEntry[] = [];
  private records: DisclosureRecord[] = [];
  private number = 0;
  total = 0;

  constructor(private readonly writer: BundleWriter) {}

  async add(entry: ProvenBundleEntry, record: DisclosureRecord): Promise<void> {
    this.entries.push(entry);
    this.records.push(record);
    this.total += 1;
    if (this.entries.length === SEGMENT) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.entries.length === 0) return;
    const names = streamSegmentNames(this.number);
    await this.writer.add(names.proofs, Buffer.from(this.entries.map(formatProof).join(''), 'utf8'));
    const entries = this.entries.map((entry) => entry.bytes);
    await this.writer.add(names.entries, encodeEntryBundle(entries));
    await this.writer.addRecords(names.disclosures, this.records, entries);
    this.number += 1;
    this.entries = [];
    this.records = [];
  }
}
