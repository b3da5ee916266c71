/** The export of a whole stored ledger and its verification, each in a process of its own, as rows and notes of a bench. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PreparedConfig } from '../../kernel/config';
import { environmentOf } from './bench-hub';
import type { BenchRow } from './bench-table';
import { runMeasured, type MeasuredRun } from './measured-process';
import type { StoredExportOrder } from './stored-export-run';

export interface StoredExport {
  readonly bytes: number;
  readonly written: MeasuredRun;
  readonly verified: MeasuredRun;
}

const EXPORT_MIB = 300;

/** `secret`: of the key that the ledger of `config` signs with. */
export async function measureStoredExport(config: PreparedConfig, secret: string): Promise<StoredExport> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-export-bench-'));
  const file = path.join(folder, 'log.cession');
  const run = (work: StoredExportOrder['work']): Promise<MeasuredRun> => runMeasured<StoredExportOrder>('stored-export-run.js', { work, file, secret }, environmentOf(config));
  try {
    const written = await run('export');
    const { size: bytes } = await fs.stat(file);
    return { bytes, written, verified: await run('verify') };
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

export function exportRows({ written, verified }: StoredExport, entries: number, reference: number): BenchRow[] {
  const row = (name: string, { seconds, cpuSeconds }: MeasuredRun): BenchRow => {
    const perSecond = entries / seconds;
    return { name, perSecond, ratio: perSecond / reference, p50Ms: NaN, p99Ms: NaN, cpuMs: (cpuSeconds * 1_000) / entries };
  };
  return [row('export of all, out of the database', written), row('that export verified offline', verified)];
}

export function exportNote({ bytes, written, verified }: StoredExport): string {
  const took = ({ seconds, peakMiB }: MeasuredRun): string => `${seconds.toFixed(1)} s with at most ${Math.round(peakMiB)} MiB`;
  return `The export of ${(bytes / 1e9).toFixed(2)} GB, with its report, was written in ${took(written)} (target below ${EXPORT_MIB}) and verified in ${took(verified)}.`;
}
