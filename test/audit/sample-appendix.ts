/** What is appended to exports in tests: schemas of one line for whatever event there is. `change` lets the operator append something else. */
import type { Appendix } from '../../audit/bundle/appendix';
import { ExportAppendix, type ErasureReader } from '../../audit/export/export-appendix';
import type { ExportFile } from '../../audit/log/export-files';

const nobodyErased: ErasureReader = (indexes) => Promise.reject(new Error(`no entry at ${indexes.join(', ')} erased anybody`));

export function sampleAppendix(change: (files: readonly ExportFile[]) => readonly ExportFile[] = (files) => files, readErasures: ErasureReader = nobodyErased): Appendix {
  const honest = new ExportAppendix((type, version) => ({ $id: `${type}.v${version}.json`, title: type }), readErasures);
  return {
    parts: honest.parts,
    accept: (bytes, record) => honest.accept(bytes, record),
    async *members() {
      const files: ExportFile[] = [];
      for await (const file of honest.members()) files.push(file);
      yield* change(files);
    },
  };
}
