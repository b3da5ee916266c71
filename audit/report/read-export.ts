/**
 * Reads an export once more for its report, when a verifier has found nothing wrong with it: the entries one after the other with what
 * is shown of them. Decides nothing; refuses a file that is not the one that was verified.
 */
import { createReadStream } from 'node:fs';
import { readContainer } from '../bundle/container-reader';
import { decodeUtf8, parseCanonical } from '../log/canonical';
import { checkRecord, parseRecord, type DisclosureRecord, type OpenedRecord } from '../log/disclosure-record';
import { parseEntry, type ParsedEntry } from '../log/entry';
import type { ExportFile } from '../log/export-files';
import { parseManifest, type Manifest } from '../log/manifest';
import { Tally } from '../log/tally';
import { readEntryBundle } from '../log/tiles';
import { Excerpt } from './excerpt';

const CHUNK_BYTES = 1024 * 1024;
const ENTRIES = /^(tile\/)?entries\//;
const DISCLOSURES = 'disclosures/';
const SCHEMA = /^schemas\/(.+)\.v([0-9]+)\.json$/;
/** A sentence; more would be no description. */
const MEANING_MAX = 300;

export interface ShownEntry {
  readonly entry: ParsedEntry;
  readonly record: DisclosureRecord;
  readonly opened: OpenedRecord;
}

export interface ExportRead {
  readonly manifest: Manifest;
  readonly tally: Tally;
  readonly excerpt: Excerpt;
  /** What the schemas in the export say of its events, by type and version. */
  readonly meanings: ReadonlyMap<string, string>;
}

export async function readExport(file: string, onEntry: (shown: ShownEntry) => Promise<void>): Promise<ExportRead> {
  const tally = new Tally();
  const excerpt = new Excerpt();
  const meanings = new Map<string, string>();
  let manifest: Manifest | null = null;
  let entries: ExportFile | null = null;
  for await (const member of readContainer(createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>)) {
    const { name, bytes } = member;
    if (name === 'manifest') manifest = readManifest(bytes);
    else if (ENTRIES.test(name)) entries = member;
    else if (name.startsWith(DISCLOSURES) && entries !== null) {
      for (const shown of readSegment(entries, member)) {
        tally.add(shown.entry, shown.record, shown.opened.members);
        excerpt.add(shown.entry, shown.opened.members);
        await onEntry(shown);
      }
    } else noteMeaning(meanings, member);
  }
  if (manifest === null) throw new Error('the export has no manifest');
  return { manifest, tally, excerpt, meanings };
}

/** The text of the note; its signature was checked before. */
function readManifest(bytes: Buffer): Manifest {
  const note = decodeUtf8(bytes);
  return parseManifest(note.slice(0, note.lastIndexOf('\n\n') + 1));
}

function* readSegment(entries: ExportFile, disclosures: ExportFile): Generator<ShownEntry> {
  const lines = decodeUtf8(disclosures.bytes).split('\n');
  let at = 0;
  for (const bytes of readEntryBundle(entries.bytes)) {
    const entry = parseEntry(bytes);
    const place = { file: disclosures.name, index: entry.index };
    const record = parseRecord(lines[at++] ?? '', place);
    yield { entry, record, opened: checkRecord(entry, record, place) };
  }
}

function noteMeaning(meanings: Map<string, string>, { name, bytes }: ExportFile): void {
  const [, type, version] = SCHEMA.exec(name) ?? [];
  if (type === undefined) return;
  const { description } = parseCanonical(bytes) as { readonly description?: unknown };
  if (typeof description === 'string') meanings.set(`${type}/${version}`, description.slice(0, MEANING_MAX));
}
