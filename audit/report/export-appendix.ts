/**
 * What this hub appends to the entries of an export: entries that erased values of theirs and stand in none of its streams, the
 * schemas of their events, and a report on them for people. Refuses to go on when a schema was never written down.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LANGUAGES } from '../../schema/messages';
import type { Appendix } from '../bundle/appendix';
import { checkRecord, type DisclosureRecord } from '../log/disclosure-record';
import { parseEntry } from '../log/entry';
import { formatErasure, type ErasureRecord } from '../log/erasure-file';
import { erasuresFileName, SEGMENT, type ExportFile } from '../log/export-files';
import type { Manifest } from '../log/manifest';
import { inReport, PAGE_FILES, SUMMARY_FILE } from '../log/report-files';
import { formatSchema, schemaFileName } from '../log/schema-file';
import { formatSummary } from '../log/summary';
import { Tally } from '../log/tally';
import { EntriesCsv, rowOf } from './entries-csv';
import { Excerpt } from './excerpt';
import { renderPage } from './report-page';

export interface WrittenSchema {
  /** What happened, in English. */
  readonly description: string;
}

/** The schema of an event as it was written down; throws for one that never was. */
export type SchemaReader = (type: string, version: number) => WrittenSchema;

/** The erasing entries at these indexes, each with its proof in the tree of the export. */
export type ErasureReader = (indexes: readonly number[]) => Promise<readonly ErasureRecord[]>;

export interface AppendixMeans {
  /** Of this export alone; holds its table until the entries have passed. */
  readonly folder: string;
  readonly readSchema: SchemaReader;
  readonly readErasures: ErasureReader;
}

/** Faults are reported as a verifier would report them. */
const PLACE = 'the entries read';

export class ExportAppendix implements Appendix {
  readonly parts = ['erasures', 'schemas', 'report'] as const;
  private readonly tally = new Tally();
  private readonly excerpt = new Excerpt();
  private readonly csv: EntriesCsv;

  constructor(private readonly means: AppendixMeans) {
    this.csv = new EntriesCsv(means.folder);
  }

  async accept(bytes: Buffer, record: DisclosureRecord): Promise<void> {
    const entry = parseEntry(bytes);
    const opened = checkRecord(entry, record, { file: PLACE, index: entry.index });
    this.tally.add(entry, record, opened.members);
    this.excerpt.add(entry, opened.members);
    await this.csv.add(rowOf(entry, opened, record));
  }

  async *members(manifest: Manifest): AsyncGenerator<ExportFile> {
    const { tally } = this;
    yield* this.erasures();
    const meanings = new Map<string, string>();
    yield* this.schemas(meanings);
    yield { name: SUMMARY_FILE, bytes: formatSummary(tally) };
    const content = { manifest, tally, excerpt: this.excerpt, verdict: null, meaningOf: (event: string) => meanings.get(event) ?? '' };
    for (const language of LANGUAGES) yield { name: PAGE_FILES[language], bytes: Buffer.from(renderPage(content, language), 'utf8') };
    for (const name of await this.csv.finish()) yield { name: inReport(name), bytes: await readFile(path.join(this.means.folder, name)) };
  }

  private async *erasures(): AsyncGenerator<ExportFile> {
    const erasing = this.tally.erasures.open();
    for (let first = 0; first < erasing.length; first += SEGMENT) {
      const records = await this.means.readErasures(erasing.slice(first, first + SEGMENT));
      yield { name: erasuresFileName(first / SEGMENT), bytes: Buffer.from(records.map(formatErasure).join(''), 'utf8') };
    }
  }

  /** `meanings`: what each schema says of its event, for the pages. */
  private *schemas(meanings: Map<string, string>): Generator<ExportFile> {
    const events = [...this.tally.group('events').keys()].map((event) => ({ event, name: schemaFileName(event) }));
    for (const { event, name } of events.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [type = '', version = ''] = event.split('/');
      const schema = this.means.readSchema(type, Number(version));
      meanings.set(event, schema.description);
      yield { name, bytes: formatSchema(schema) };
    }
  }

  /** Lets go of what is open; the folder may be removed then. */
  async close(): Promise<void> {
    await this.csv.close();
  }
}
