/**
 * Writes an export container: manifest first, then files as they come, what is appended to the entries, the seal last. Streams with back-pressure; at most
 * one segment is in memory. Does not know what a log or a stream is.
 */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { formatRecord, type DisclosureRecord } from '../log/disclosure-record';
import { FilesHash } from '../log/export-files';
import { formatManifest, formatSeal, type Manifest, type Seal } from '../log/manifest';
import { signNote } from '../log/note';
import type { NoteSigner } from '../log/note-key';
import type { Appendix } from './appendix';
import type { AttachedFile } from './attachments';
import { largestSize } from './member';

export interface BundleSummary extends Seal {
  readonly bytes: number;
}

export class BundleWriter {
  private readonly pack: Pack = pack();
  private readonly hash = new FilesHash();
  private readonly delivered: Promise<void>;
  private readonly withheld: Record<string, number> = {};
  private entries = 0;
  private disclosed = 0;
  private bytes = 0;
  private manifest: Manifest | null = null;

  constructor(
    output: Writable,
    private readonly signer: NoteSigner,
    private readonly appendix: Appendix | null,
  ) {
    this.delivered = pipeline(this.pack, output);
    // The failure is reported by whoever waits for delivery; until then it must not end the process.
    this.delivered.catch(() => undefined);
  }

  async begin(manifest: Omit<Manifest, 'files'>, checkpoint: string, attached: readonly AttachedFile[]): Promise<void> {
    this.manifest = { ...manifest, files: [...attached.map(({ name }) => name), ...(this.appendix?.parts ?? [])] };
    await this.add('manifest', Buffer.from(await signNote(formatManifest(this.manifest), [this.signer]), 'utf8'));
    await this.add('checkpoint', Buffer.from(checkpoint, 'utf8'));
    for (const { name, bytes } of attached) await this.add(name, bytes);
  }

  async add(name: string, bytes: Buffer): Promise<void> {
    if (bytes.length > largestSize(name)) throw new RangeError(`${name} would have ${bytes.length} bytes, more than a verifier reads`);
    this.hash.add({ name, bytes });
    await this.deliver(name, bytes);
  }

  /** The disclosures file of a segment, in step with its entries; counts what it shows and withholds. */
  async addRecords(name: string, records: readonly DisclosureRecord[], entries: readonly Buffer[]): Promise<void> {
    for (const [at, record] of records.entries()) {
      this.entries += 1;
      this.disclosed += record.disclosed.length + record.links.length;
      for (const [reason, digests] of Object.entries(record.withheld)) this.withheld[reason] = (this.withheld[reason] ?? 0) + digests.length;
      await this.appendix?.accept(entries[at] as Buffer, record);
    }
    await this.add(name, Buffer.from(records.map(formatRecord).join(''), 'utf8'));
  }

  async finish(): Promise<BundleSummary> {
    if (this.appendix !== null && this.manifest !== null) for await (const { name, bytes } of this.appendix.members(this.manifest)) await this.add(name, bytes);
    const seal: Seal = { files: this.hash.count, entries: this.entries, disclosed: this.disclosed, withheld: this.withheld, sha256: this.hash.digest() };
    await this.deliver('seal', Buffer.from(await signNote(formatSeal(seal), [this.signer]), 'utf8'));
    this.pack.finalize();
    await this.delivered;
    return { ...seal, bytes: this.bytes };
  }

  /** Ends the output without a seal, so that what was written can never pass as an export. */
  async abort(cause: Error): Promise<void> {
    this.pack.destroy(cause);
    await this.delivered.catch(() => undefined);
  }

  private async deliver(name: string, bytes: Buffer): Promise<void> {
    const packed = new Promise<void>((resolve, reject) => {
      this.pack.entry({ name, size: bytes.length, mode: 0o644, mtime: new Date(0), type: 'file' }, bytes, (error) => (error == null ? resolve() : reject(error)));
    });
    // The library's callback alone would wait for ever when the output fails.
    await Promise.race([packed, this.delivered]);
    this.bytes += bytes.length;
  }
}
