/**
 * The entries of an export as CSV for spreadsheets (RFC 4180), in files of a bounded size, written while the entries pass. No cell
 * can be taken for a formula, and none is longer than a spreadsheet holds: it is cut there, the entry itself is in the export.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { canonicalize } from '../log/canonical';
import type { DisclosureRecord, OpenedRecord } from '../log/disclosure-record';
import type { ParsedEntry } from '../log/entry';
import { entriesFileName } from '../log/report-files';

/** What the largest file of an export may be for a reader, less than half used; and opened by any spreadsheet. */
const FILE_BYTES = 12 * 1024 * 1024;
/** A cell of the common spreadsheets holds 32,767 characters. */
const CELL_MAX = 32_000;
const BATCH_CHARACTERS = 512 * 1024;

const COLUMNS = [
  'index',
  'recordedAt',
  'occurredAt',
  'family',
  'type',
  'typeVersion',
  'source',
  'sourceSeq',
  'audience',
  'purpose',
  'decision',
  'rules',
  'streams',
  'facts',
  'shown',
  'withheld',
  'erased',
  'retention',
  'eventId',
] as const;

type Row = { readonly [column in (typeof COLUMNS)[number]]: string };

function cell(text: string): string {
  return text.length <= CELL_MAX ? text : `${text.slice(0, CELL_MAX)}…`;
}

export function rowOf(entry: ParsedEntry, { links, members }: OpenedRecord, { withheld, erased = {} }: DisclosureRecord): Row {
  const { event } = entry;
  return {
    index: String(entry.index),
    recordedAt: entry.recordedAt,
    occurredAt: event.occurredAt,
    family: event.type.split('.')[0] as string,
    type: event.type,
    typeVersion: String(event.typeVersion),
    source: entry.source,
    sourceSeq: String(entry.sourceSeq),
    audience: event.actor.audience,
    purpose: event.purpose ?? '',
    decision: event.decision?.outcome ?? '',
    rules: cell((event.decision?.rules ?? []).join(' ')),
    streams: cell(links.map(({ stream, n }) => `${stream}#${n}`).join(' ')),
    facts: cell(canonicalize(event.facts)),
    shown: cell(canonicalize(Object.fromEntries(members.map(({ name, value }) => [name, value])))),
    withheld: Object.entries(withheld).map(([reason, digests]) => `${reason}:${digests.length}`).join(' '),
    erased: Object.entries(erased).map(([by, digests]) => `entry ${by}:${digests.length}`).join(' '),
    retention: event.retention,
    eventId: event.id,
  };
}

export class EntriesCsv {
  private readonly names: string[] = [];
  private file: fs.FileHandle | null = null;
  private fileBytes = 0;
  private rows: Row[] = [];
  private characters = 0;

  /** `folder` has to exist; what is in it under the same names is replaced. */
  constructor(private readonly folder: string) {}

  async add(row: Row): Promise<void> {
    this.rows.push(row);
    this.characters += row.facts.length + row.shown.length + row.streams.length;
    if (this.rows.length >= 1_024 || this.characters > BATCH_CHARACTERS) await this.flush();
  }

  /** The names of the files, at least one. */
  async finish(): Promise<readonly string[]> {
    await this.flush();
    await this.close();
    return this.names;
  }

  /** Lets go of the file without finishing it. */
  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async flush(): Promise<void> {
    const file = this.file !== null && this.fileBytes < FILE_BYTES ? this.file : await this.begin();
    const bytes = Buffer.from(print(this.rows), 'utf8');
    await file.write(bytes);
    this.fileBytes += bytes.length;
    this.rows = [];
    this.characters = 0;
  }

  private async begin(): Promise<fs.FileHandle> {
    await this.close();
    const name = entriesFileName(this.names.length);
    this.file = await fs.open(path.join(this.folder, name), 'w', 0o600);
    this.names.push(name);
    const head = Buffer.from(`\ufeff${print([Object.fromEntries(COLUMNS.map((column) => [column, column])) as Row])}`, 'utf8');
    await this.file.write(head);
    this.fileBytes = head.length;
    return this.file;
  }
}

/** Leading = + - @ tab and CR get an apostrophe (OWASP, CSV injection); the byte order mark makes spreadsheets read UTF-8. */
function print(rows: readonly Row[]): string {
  return stringify([...rows], { columns: [...COLUMNS], escape_formulas: true, quoted_string: true, record_delimiter: 'windows' });
}
