/** What is appended to exports in tests: schemas of one line for whatever event there is, and the report. `change` lets the operator append something else. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Appendix } from '../../audit/bundle/appendix';
import { ExportAppendix, type ErasureReader } from '../../audit/report/export-appendix';
import type { ExportFile } from '../../audit/log/export-files';

const nobodyErased: ErasureReader = (indexes) => Promise.reject(new Error(`no entry at ${indexes.join(', ')} erased anybody`));

/** Pages and tables are no part of the format: exports that are kept as files must not change when a text on a page does. */
export const withSteadyPages = (files: readonly ExportFile[]): readonly ExportFile[] =>
  files.map((file) => (/\.(html|csv)$/.test(file.name) ? { ...file, bytes: Buffer.from('For people.\n') } : file));

export const sampleSchema = (type: string, version: number): { $id: string; description: string; title: string } => ({ $id: `${type}.v${version}.json`, description: `What ${type} means.`, title: type });

export function sampleAppendix(change: (files: readonly ExportFile[]) => readonly ExportFile[] = (files) => files, readErasures: ErasureReader = nobodyErased): Appendix {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cession-appendix-'));
  const honest = new ExportAppendix({ folder, readSchema: sampleSchema, readErasures });
  return {
    parts: honest.parts,
    accept: (bytes, record) => honest.accept(bytes, record),
    async *members(manifest) {
      const files: ExportFile[] = [];
      for await (const file of honest.members(manifest)) files.push(file);
      fs.rmSync(folder, { recursive: true });
      yield* change(files);
    },
  };
}
