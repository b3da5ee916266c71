/**
 * What follows the entries of an export, as far as the manifest announces it: entries that erased values, schemas of the events, the
 * report. Each is held against what the entries were counted to hold; nothing in it is believed.
 */
import { decodeUtf8 } from './canonical';
import type { Checkpoint } from './checkpoint';
import { openErasure, parseErasures } from './erasure-file';
import { erasuresFileName, SEGMENT, type FileSequence } from './export-files';
import { locate } from './locate';
import type { Manifest } from './manifest';
import { entriesFileName, inReport, PAGE_FILES, SUMMARY_FILE } from './report-files';
import { checkSchema, schemaFileName } from './schema-file';
import { compareSummary } from './summary';
import { OTHER_NAMES, type Tally } from './tally';

export interface AppendedTo {
  readonly manifest: Manifest;
  readonly checkpoint: Checkpoint;
  /** Of all entries before. */
  readonly tally: Tally;
}

export async function readAppended(files: FileSequence, to: AppendedTo): Promise<void> {
  const { manifest, tally } = to;
  if (manifest.files.includes('erasures')) await readErasures(files, to);
  else tally.erasures.refuseAny();
  if (manifest.files.includes('schemas')) await readSchemas(files, tally);
  if (manifest.files.includes('report')) await readReport(files, tally);
}

/** Each entry that is said to have erased values: of a whole log among its entries, of streams also beside them. */
async function readErasures(files: FileSequence, { manifest, checkpoint, tally: { erasures } }: AppendedTo): Promise<void> {
  const indexes = manifest.kind === 'log' ? [] : erasures.open();
  for (let first = 0; first < indexes.length; first += SEGMENT) {
    const file = erasuresFileName(first / SEGMENT);
    const bytes = await files.take(file);
    const records = locate({ file }, () => parseErasures(decodeUtf8(bytes), indexes.slice(first, first + SEGMENT), file));
    for (const record of records) erasures.know(record.index, locate({ file, index: record.index }, () => openErasure(record, checkpoint, file)));
  }
  erasures.finish();
}

/** Of each type and version in the entries, in ascending order. */
async function readSchemas(files: FileSequence, tally: Tally): Promise<void> {
  const events = [...tally.group('events').keys()].filter((event) => event !== OTHER_NAMES);
  for (const file of events.map(schemaFileName).sort()) {
    const bytes = await files.take(file);
    locate({ file }, () => checkSchema(bytes, file));
  }
}

/** Its counts have to be those of the entries; pages and tables are for people and never read. */
async function readReport(files: FileSequence, tally: Tally): Promise<void> {
  const summary = await files.take(SUMMARY_FILE);
  locate({ file: SUMMARY_FILE }, () => compareSummary(summary, tally));
  for (const file of Object.values(PAGE_FILES)) await files.take(file);
  await files.take(inReport(entriesFileName(0)));
  for (let part = 1; (await files.peek()) === inReport(entriesFileName(part)); part += 1) await files.take(inReport(entriesFileName(part)));
}
