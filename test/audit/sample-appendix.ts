/** What is appended to exports in tests: schemas of one line for whatever event there is. `change` lets the operator append something else. */
import type { Appendix } from '../../audit/bundle/appendix';
import { ExportAppendix } from '../../audit/export/export-appendix';
import type { ExportFile } from '../../audit/log/export-files';

export function sampleAppendix(change: (files: readonly ExportFile[]) => readonly ExportFile[] = (files) => files): Appendix {
  const honest = new ExportAppendix((type, version) => ({ $id: `${type}.v${version}.json`, title: type }));
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
