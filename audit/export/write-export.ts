/**
 * Writes an export to a file: the whole log, or a stream and a period of it, as of the latest checkpoint. The file appears
 * under its name only when it is complete.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import type { Pool } from 'pg';
import type { StreamName } from '../../schema/vocabulary';
import { writeLogBundle, type BundleSource } from '../bundle/log-bundle';
import { writeStreamBundle } from '../bundle/stream-bundle';
import type { LedgerSigner } from '../signer';
import { readTimestamps } from '../time/timestamps.repository';
import { readHistory } from '../witness/checkpoint-history';
import { withCosignatures } from '../witness/cosignatures.repository';
import { latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';
import { logEntries, numbersWithin, streamEntries } from './export-source';

export interface ExportOrder {
  /** null: the whole log, for the operator and a supervisor of every creditor. */
  readonly stream: StreamName | null;
  /** By recordedAt: not before `from`, before `until`. Only for a stream: a log has no part that proves itself. */
  readonly from: Date | null;
  readonly until: Date | null;
  /** The right it was asked for under; null for the operator's own. */
  readonly mandate: string | null;
}

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
}

export interface WrittenExport {
  readonly file: string;
  readonly treeSize: number;
  readonly entries: number;
  readonly bytes: number;
  /** Hex, of the file. */
  readonly sha256: string;
}

export interface ExportMeans {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  readonly clock: () => Date;
  readonly onProgress?: (progress: ExportProgress) => void;
}

export async function writeExport(means: ExportMeans, order: ExportOrder, file: string): Promise<WrittenExport> {
  const latest = await latestCheckpoint(means.pool);
  if (latest === null) throw new Error('The ledger has no checkpoint yet.');
  const [checkpoint = latest] = await withCosignatures(means.pool, [latest]);
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.part`;
  try {
    const entries = await write(means, order, checkpoint, createWriteStream(part, { mode: 0o600 }));
    const { size: bytes } = await fs.stat(part);
    const sha256 = await hashFile(part);
    await fs.rename(part, file);
    return { file, treeSize: checkpoint.size, entries, bytes, sha256 };
  } catch (error) {
    await fs.rm(part, { force: true });
    throw error;
  }
}

async function write({ pool, signer, clock, onProgress }: ExportMeans, order: ExportOrder, checkpoint: SignedCheckpoint, output: Writable): Promise<number> {
  const { stream, mandate } = order;
  const { size, note } = checkpoint;
  const series = await readHistory(pool, size);
  const timestamps = await readTimestamps(pool, [...series.map((one) => one.size), size]);
  const source = (total: number): BundleSource => ({
    checkpoint: note,
    series,
    timestamps,
    vkey: signer.vkey,
    signer,
    createdAt: clock().toISOString(),
    mandate,
    onProgress: (done) => onProgress?.({ done, total }),
  });
  if (stream === null) return (await writeLogBundle(output, { ...source(size), entries: logEntries(pool, size) })).entries;
  const range = await numbersWithin(pool, stream, size, order);
  const entries = streamEntries(pool, stream, range, size);
  return (await writeStreamBundle(output, { ...source(range.to - range.from + 1), streams: [{ stream, ...range }], entries })).entries;
}

async function hashFile(file: string): Promise<string> {
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(file), sha256);
  return sha256.digest('hex');
}
