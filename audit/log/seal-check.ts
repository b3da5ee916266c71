/** The end of an export: what it was sealed over is exactly what was read. Refuses a seal that anybody but the log's key signed, too. */
import { decodeUtf8 } from './canonical';
import type { FileSequence } from './export-files';
import { locate } from './locate';
import { parseSeal } from './manifest';
import { openNote } from './note';
import type { VerifierKey } from './note-key';
import { fail, type ReportCounts } from './verdict';

/** Reads the seal and the end of the files. */
export async function checkSeal(files: FileSequence, key: VerifierKey, counts: Pick<ReportCounts, 'entries' | 'disclosed' | 'withheld'>): Promise<void> {
  const place = { file: 'seal' };
  const note = await files.take('seal');
  const seal = locate(place, () => parseSeal(openOnly(decodeUtf8(note), key, 'seal')));
  await files.end();
  const { hash } = files;
  const differs = (expected: string, got: string): void => (expected === got ? undefined : fail('integrity', { code: 'SEAL_MISMATCH', ...place, expected, got }));
  differs(seal.sha256, hash.digest());
  const tally = (sum: { files: number; entries: number; disclosed: number }): string => `${sum.files} files, ${sum.entries} entries, ${sum.disclosed} disclosed`;
  differs(tally(seal), tally({ files: hash.count, ...counts }));
  const reasons = (sum: { readonly [reason: string]: number }): string => Object.keys(sum).sort().map((reason) => `${reason} ${sum[reason]}`).join(', ');
  differs(reasons(seal.withheld), reasons(counts.withheld));
}

/** The text of a note that this key signed and nobody else: a further line would be bytes that no signature covers. */
export function openOnly(note: string, key: VerifierKey, file: string): string {
  const opened = openNote(note, [key]);
  if (opened.unverified.length > 0) fail('integrity', { code: 'NOTE_MALFORMED', file, detail: 'a manifest or seal has exactly one signature' });
  return opened.text;
}
