/**
 * Writes an export to a file: the whole log, or a stream and a period of it, as of the newest checkpoint that this hub's witnesses cosigned and that can prove it. The
 * file appears under its name only when it is whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import type { Pool } from 'pg';
import { makeFolder } from '../../kernel/folder';
import { readEventSchema } from '../../schema/event-schemas';
import type { StreamName } from '../../schema/vocabulary';
import { writeLogBundle, type BundleSource } from '../bundle/log-bundle';
import { writeStreamBundle } from '../bundle/stream-bundle';
import type { LedgerSigner } from '../signer/ledger-signer';
import { proveKeyChanges } from '../signer/signing-keys.repository';
import { readTimestamps } from '../time/timestamps.repository';
import { readHistory } from '../witness/checkpoint-history';
import type { Period } from '../log/manifest';
import { ExportAppendix } from '../report/export-appendix';
import { readErasures } from '../reader/stored-erasures';
import { findGround, type Ground } from './export-ground';
import { logEntries, numbersWithin, streamEnds, streamEntries, withNeighbours } from './export-source';

export interface ExportOrder {
  /** null: the whole log, for the operator and a supervisor of every creditor. */
  readonly stream: StreamName | null;
  /** By recordedAt: not before `from`, before `until`. Only for a stream: a log has no part that proves itself. */
  readonly from: Date | null;
  readonly until: Date | null;
  /** The right it was asked for under; null for the operator's own. */
  readonly mandate: string | null;
  /** The organisation or person who asked; null for the operator. */
  readonly requestedBy: string | null;
}

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
}

export interface WrittenExport {
  readonly file: string;
  readonly treeSize: number;
  /** Those asked for; neighbours of a part and the heads entry are in the file besides. */
  readonly entries: number;
  /** Whether the file proves that none of them is missing. */
  readonly isComplete: boolean;
  /** Whether the hub's own quorum cosigned its checkpoint; null when the hub has no witnesses. */
  readonly isCosigned: boolean | null;
  /** How many entries were under a checkpoint already, but not under this one: nobody had cosigned them yet. */
  readonly newerEntries: number;
  readonly bytes: number;
  /** Hex, of the file. */
  readonly sha256: string;
}

export interface ExportMeans {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  /** By whom this hub has its checkpoints cosigned, as hubPolicy says it. */
  readonly policy: Buffer | null;
  readonly clock: () => Date;
  readonly onProgress?: (progress: ExportProgress) => void;
}

export async function writeExport(means: ExportMeans, order: ExportOrder, file: string): Promise<WrittenExport> {
  const ground = await findGround(means.pool, means.policy, order.stream);
  await makeFolder(path.dirname(file), 0o700);
  const part = `${file}.part`;
  // Beside the file, where there has to be room for it anyway; it holds the report's table until the entries are written.
  const folder = await fs.mkdtemp(`${file}.report-`);
  const appendix = new ExportAppendix({ folder, readSchema: readEventSchema, readErasures: (indexes) => readErasures(means.pool, indexes, ground.checkpoint.size) });
  try {
    const entries = await write(means, order, { ...ground, appendix }, createWriteStream(part, { mode: 0o600 }));
    const { size: bytes } = await fs.stat(part);
    const sha256 = await hashFile(part);
    await fs.rename(part, file);
    return { file, treeSize: ground.checkpoint.size, entries, isComplete: order.stream === null || ground.heads !== null, isCosigned: ground.isCosigned, newerEntries: ground.newerEntries, bytes, sha256 };
  } catch (error) {
    await fs.rm(part, { force: true });
    throw error;
  } finally {
    await appendix.close();
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function write({ pool, signer, policy, clock, onProgress }: ExportMeans, order: ExportOrder, { checkpoint, heads, appendix }: Ground & { readonly appendix: ExportAppendix }, output: Writable): Promise<number> {
  const { stream, mandate, requestedBy } = order;
  const { size, note } = checkpoint;
  const series = await readHistory(pool, size);
  const timestamps = await readTimestamps(pool, [...series.map((one) => one.size), size]);
  const keyChanges = await proveKeyChanges(pool, size);
  const source = (total: number): BundleSource => ({
    checkpoint: note,
    keyChanges,
    series,
    timestamps,
    policy,
    vkey: signer.vkey,
    signer,
    createdAt: clock().toISOString(),
    mandate,
    requestedBy,
    appendix,
    onProgress: (done) => onProgress?.({ done: Math.min(done, total), total }),
  });
  if (stream === null) return (await writeLogBundle(output, { ...source(size), entries: logEntries(pool, size) })).entries;
  const range = await numbersWithin(pool, stream, size, order);
  const shown = heads === null ? range : await withNeighbours(pool, stream, range, size);
  const ends = heads === null ? null : await streamEnds(pool, heads);
  const entries = streamEntries(pool, stream, shown, size);
  const count = range.to - range.from + 1;
  await writeStreamBundle(output, { ...source(count), streams: [{ stream, ...range }], period: periodOf(order), ends, entries });
  return count;
}

function periodOf({ from, until }: ExportOrder): Period | null {
  return from === null && until === null ? null : { from: from?.toISOString() ?? null, until: until?.toISOString() ?? null };
}

async function hashFile(file: string): Promise<string> {
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(file), sha256);
  return sha256.digest('hex');
}
