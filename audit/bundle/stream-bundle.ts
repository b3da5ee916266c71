/**
 * The export of one or more streams: the entries that are in them, each with its inclusion proof, showing nothing that
 * belongs to another stream. Refuses to seal an entry that the checkpoint does not contain.
 */
import type { Writable } from 'node:stream';
import { verifyCheckpoint } from '../log/checkpoint';
import type { DisclosureRecord } from '../log/disclosure-record';
import { SEGMENT, streamSegmentNames } from '../log/export-files';
import type { StreamRange } from '../log/manifest';
import { parseVkey } from '../log/note-key';
import { formatProof } from '../log/stream-check';
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

export interface StreamBundleSource extends BundleSource {
  /** The numbers of each stream that the export holds. */
  readonly streams: readonly StreamRange[];
  /** In ascending order of index, each once, though it may be in several of the streams. */
  readonly entries: AsyncIterable<ProvenBundleEntry>;
}

export async function writeStreamBundle(output: Writable, source: StreamBundleSource): Promise<BundleSummary> {
  const { origin, size, root } = verifyCheckpoint(source.checkpoint, parseVkey(source.vkey));
  const streams = [...source.streams].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  const scope = new Set(streams.map((range) => range.stream));
  const writer = new BundleWriter(output, source.signer);
  const segment = new Segment(writer);
  try {
    const checkpoint = { origin, size, root: root.toString('base64') };
    const { createdAt, mandate, vkey } = source;
    await writer.begin({ kind: 'stream', checkpoint, completeness: 'not proven by this export', createdAt, mandate, streams, vkey }, source.checkpoint, attachedFiles(source, source.checkpoint, vkey));
    for await (const entry of source.entries) {
      if (!verifyInclusion(entry.index, size, leafHash(entry.bytes), entry.proof, root)) throw new Error(`entry ${entry.index} is not in the tree of the checkpoint`);
      await segment.add(entry, accountFor(entry.index, entry.disclosures, scope));
      source.onProgress?.(segment.total);
    }
    await segment.flush();
    return await writer.finish();
  } catch (error) {
    await writer.abort(error instanceof Error ? error : new Error('export failed'));
    throw error;
  }
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
    await this.writer.add(names.entries, encodeEntryBundle(this.entries.map((entry) => entry.bytes)));
    await this.writer.addRecords(names.disclosures, this.records);
    this.number += 1;
    this.entries = [];
    this.records = [];
  }
}
