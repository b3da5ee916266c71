/**
 * What an export of a large log costs to write and, on a machine without anything else, to verify: rates, processor time and
 * the most memory held, each in a process of its own.
 *
 * Measured on two cores without anything else: 1,000,000 entries, each in five streams of which two are new, verified in 12.2 and 13.6 s (24 and 26 µs
 * of processor an entry) with 315 and 307 MiB; 200,000 in 2.8 s with 215 MiB. From 1,000,000 to 5,000,000 (71.5 s, 722 MiB, with a little more processor and
 * less memory in each thread) the memory grew by 111 bytes an entry: a leaf hash, the fingerprint of an id, and where two streams end. Of what does
 * not grow, some 40 MiB were read and not collected yet: with --max-semi-space-size=2 they are not there, at no more processor.
 *
 * Where the processor time goes: 6.5 µs SHA-256 (ten disclosures, two names of streams, an id, the leaf, the seal), 3.7 regular expressions, some 2
 * collecting, the rest in ten places of about one. One call of SHA-256 for each disclosure is the floor: 5 s a million are not reached on two cores.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BenchRow, BenchTable } from './bench-table';
import { runMeasured, type MeasuredRun } from './measured-process';
import type { VerifyOrder } from './verify-run';

export interface VerifyBenchOptions {
  readonly entries?: number;
  readonly report: (line: string) => void;
}

const ENTRIES = 1_000_000;
/** For a million entries. */
const [VERIFY_SECONDS, EXPORT_MIB] = [15, 300];

const run = (order: VerifyOrder): Promise<MeasuredRun> => runMeasured('verify-run.js', order);

export async function verifyBench({ entries = ENTRIES, report }: VerifyBenchOptions): Promise<BenchTable> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-verify-bench-'));
  const file = path.join(folder, 'log.cession');
  try {
    const written = await run({ work: 'export', file, entries });
    const { size } = await fs.stat(file);
    report(`an export of ${entries} entries, ${Math.round(size / entries)} bytes each, in ${written.seconds.toFixed(1)} s`);
    const verified = await run({ work: 'verify', file, entries });
    return tableOf(entries, written, verified);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

function tableOf(entries: number, written: MeasuredRun, verified: MeasuredRun): BenchTable {
  const row = (name: string, { seconds, cpuSeconds }: MeasuredRun): BenchRow => ({
    name,
    perSecond: entries / seconds,
    p50Ms: NaN,
    p99Ms: NaN,
    ratio: written.seconds / seconds,
    cpuMs: (cpuSeconds * 1_000) / entries,
  });
  const reference = 'write the export, and make up its entries';
  return {
    title: `The export of a whole log of ${entries} entries`,
    reference,
    rows: [row(reference, written), row('verify it offline, on all cores', verified)],
    notes: [
      `Verified in ${verified.seconds.toFixed(1)} s (target ${VERIFY_SECONDS} for ${ENTRIES} entries), with ${verified.cpuSeconds.toFixed(1)} s of processor and at most ${Math.round(verified.peakMiB)} MiB.`,
      `Written with at most ${Math.round(written.peakMiB)} MiB (target below ${EXPORT_MIB}).`,
    ],
  };
}
