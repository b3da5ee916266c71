/**
 * What an export of a large log costs to write and, on a machine without anything else, to verify: rates, processor time and
 * the most memory held, each in a process of its own.
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
