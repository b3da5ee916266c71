/**
 * The report of a verified export as files in a folder, made from the entries alone: whoever reads it need not trust the pages that
 * came in the export. Refuses to describe a file that has changed since it was verified.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../kernel/folder';
import type { Language } from '../../schema/messages';
import { formatSummary } from '../log/summary';
import { PAGE_FILES, SUMMARY_FILE } from '../log/report-files';
import type { Report } from '../log/verdict';
import { EntriesCsv, rowOf } from './entries-csv';
import { readExport } from './read-export';
import { renderPage } from './report-page';

export interface ReportOrder {
  readonly file: string;
  /** Made when it is not there; files of the same names in it are replaced. */
  readonly folder: string;
  readonly languages: readonly Language[];
  /** What the verifier found of this very file; not broken. */
  readonly verdict: Report;
  readonly onProgress?: (entries: number) => void;
}

/** The paths of the files that were written. */
export async function writeReport({ file, folder, languages, verdict, onProgress }: ReportOrder): Promise<string[]> {
  await makeFolder(folder, 0o700);
  const csv = new EntriesCsv(folder);
  let entries = 0;
  try {
    const { manifest, tally, excerpt, meanings } = await readExport(file, async ({ entry, record, opened }) => {
      await csv.add(rowOf(entry, opened, record));
      entries += 1;
      onProgress?.(entries);
    });
    if (tally.entries !== verdict.counts.entries || manifest.checkpoint.root !== verdict.root) throw new Error('the export was changed while it was read');
    const content = { manifest, tally, excerpt, verdict, meaningOf: (event: string) => meanings.get(event) ?? '' };
    const texts: (readonly [name: string, bytes: Buffer])[] = [
      [SUMMARY_FILE, formatSummary(tally)],
      ...languages.map((language) => [PAGE_FILES[language], Buffer.from(renderPage(content, language), 'utf8')] as const),
    ];
    const written: string[] = [];
    for (const [name, bytes] of texts) {
      written.push(path.join(folder, path.basename(name)));
      await fs.writeFile(path.join(folder, path.basename(name)), bytes, { mode: 0o600 });
    }
    return [...written, ...(await csv.finish()).map((name) => path.join(folder, name))];
  } finally {
    await csv.close();
  }
}
