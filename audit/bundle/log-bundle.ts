/**
 * The export of a whole log: every entry from index 0 to the checkpoint, as C2SP tiles with an account of each digest.
 * Refuses to seal an export that would not verify.
 */
import type { Writable } from 'node:stream';
import { verifyCheckpoint } from '../log/checkpoint';
import type { DisclosureRecord } from '../log/disclosure-record';
import { logSegmentNames, SEGMENT } from '../log/export-files';
import type { HeldDisclosure } from '../log/held-disclosure';
import { parseVkey, type NoteSigner } from '../log/note-key';
import { encodeEntryBundle, encodeTile } from '../log/tiles';
import { CompactRange, leafHash } from '../log/tree';
import { accountFor } from './account';
import type { Appendix } from './appendix';
import { attachedFiles, type Attachments } from './attachments';
import { BundleWriter, type BundleSummary } from './bundle-writer';

export interface BundleEntry {
  readonly index: number;
  /** The entry bytes, verbatim. */
  readonly bytes: Buffer;
  readonly disclosures: readonly HeldDisclosure[];
  /** By which entry of the tree the subjects of its sealed values were erased, for those who were. */
  readonly erasedBy?: ReadonlyMap<string, number>;
}

/** What every export is made from. */
export interface BundleSource extends Attachments {
  /** The checkpoint note that the export stands on, with its cosignatures. */
  readonly checkpoint: string;
  readonly vkey: string;
  readonly signer: NoteSigner;
  readonly createdAt: string;
  /** The right under which the export was asked for; null for the operator's own. */
  readonly mandate: string | null;
  /** Who asked for it; null for the operator. */
  readonly requestedBy?: string | null;
  /** What follows the entries, if anything. */
  readonly appendix?: Appendix;
  readonly onProgress?: (entries: number) => void;
}

export interface LogBundleSource extends BundleSource {
  /** Indexes 0, 1, … up to the checkpoint's size, no further. */
  readonly entries: AsyncIterable<BundleEntry>;
}

export async function writeLogBundle(output: Writable, source: LogBundleSource): Promise<BundleSummary> {
  const { origin, size, root } = verifyCheckpoint(source.checkpoint, parseVkey(source.vkey));
  const writer = new BundleWriter(output, source.signer, source.appendix ?? null);
  try {
    const checkpoint = { origin, size, root: root.toString('base64') };
    const { createdAt, mandate, requestedBy = null, vkey } = source;
    await writer.begin({ kind: 'log', checkpoint, completeness: 'proven by this export', createdAt, mandate, period: null, requestedBy, streams: [], vkey }, source.checkpoint, attachedFiles(source, source.checkpoint, vkey));
    const range = await writeSegments(writer, source, size);
    if (range.size !== size || !range.root().equals(root)) throw new Error(`the entries read are not the log of the checkpoint: ${range.size} of ${size} entries`);
    return await writer.finish();
  } catch (error) {
    await writer.abort(error instanceof Error ? error : new Error('export failed'));
    throw error;
  }
}

async function writeSegments(writer: BundleWriter, source: LogBundleSource, size: number): Promise<CompactRange> {
  const range = CompactRange.empty();
  let leaves: Buffer[] = [];
  let entries: Buffer[] = [];
  let records: DisclosureRecord[] = [];
  for await (const { index, bytes, disclosures, erasedBy } of source.entries) {
    if (index !== range.size || index >= size) throw new Error(`entry ${index} was read where ${range.size} of ${size} was due`);
    const leaf = leafHash(bytes);
    range.append(leaf);
    leaves.push(leaf);
    entries.push(bytes);
    records.push(accountFor(index, disclosures, null, erasedBy));
    if (entries.length < SEGMENT && range.size < size) continue;
    const names = logSegmentNames(Math.floor(index / SEGMENT), entries.length);
    await writer.add(names.leaves, encodeTile(leaves));
    await writer.add(names.entries, encodeEntryBundle(entries));
    await writer.addRecords(names.disclosures, records, entries);
    [leaves, entries, records] = [[], [], []];
    source.onProgress?.(range.size);
  }
  return range;
}
