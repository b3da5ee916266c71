/** A process of its own for one measurement: writes an export of a generated log, or verifies one, and tells what it took. */
import { createWriteStream } from 'node:fs';
import { writeLogBundle, type BundleEntry } from '../../audit/bundle/log-bundle';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { signCheckpoint } from '../../audit/log/checkpoint';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { generatedEntries, generatedRoot, type GeneratedLogShape } from './generated-log';
import { measureOrder } from './measured-process';

export interface VerifyOrder {
  readonly work: 'export' | 'verify';
  readonly file: string;
  readonly entries: number;
}

const ORIGIN = 'cession.bench/ledger';
const KEY = createSigningKey(ORIGIN, Buffer.alloc(32, 7));

async function* inOrder(shape: GeneratedLogShape): AsyncGenerator<BundleEntry> {
  yield* generatedEntries(shape);
}

/** The root is found before anything is measured: a stored ledger has signed it already. */
async function prepareExport({ file, entries }: VerifyOrder): Promise<() => Promise<void>> {
  const signer = openSigningKey(KEY.secret);
  const shape = { size: entries, origin: ORIGIN, vkey: KEY.vkey };
  const checkpoint = await signCheckpoint({ origin: ORIGIN, size: entries, root: generatedRoot(shape) }, signer);
  const source = { checkpoint, vkey: KEY.vkey, signer, createdAt: new Date().toISOString(), mandate: null };
  return async () => void (await writeLogBundle(createWriteStream(file), { ...source, entries: inOrder(shape) }));
}

async function verify({ file, entries }: VerifyOrder): Promise<void> {
  const report = await verifyBundle(file, { vkey: KEY.vkey });
  if (report.outcome !== 'verified' || report.counts.entries !== entries) throw new Error(`the export of the bench is ${report.outcome}`);
}

measureOrder<VerifyOrder>(async (order) => (order.work === 'export' ? prepareExport(order) : () => verify(order)));
