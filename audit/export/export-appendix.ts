/**
 * What this hub appends to the entries of an export: entries that erased values of theirs and stand in none of its streams, and
 * the schemas of their events. Refuses to go on when one was never written down.
 */
import type { Appendix } from '../bundle/appendix';
import { checkRecord, type DisclosureRecord } from '../log/disclosure-record';
import { parseEntry } from '../log/entry';
import { formatErasure, type ErasureRecord } from '../log/erasure-file';
import { erasuresFileName, SEGMENT, type ExportFile } from '../log/export-files';
import { formatSchema, schemaFileName } from '../log/schema-file';
import { Tally } from '../log/tally';

/** The schema of an event as it was written down; throws for one that never was. */
export type SchemaReader = (type: string, version: number) => unknown;

/** The erasing entries at these indexes, each with its proof in the tree of the export. */
export type ErasureReader = (indexes: readonly number[]) => Promise<readonly ErasureRecord[]>;

/** Faults are reported as a verifier would report them. */
const PLACE = 'the entries read';

export class ExportAppendix implements Appendix {
  readonly parts = ['erasures', 'schemas'] as const;
  private readonly tally = new Tally();

  constructor(
    private readonly readSchema: SchemaReader,
    private readonly readErasures: ErasureReader,
  ) {}

  async accept(bytes: Buffer, record: DisclosureRecord): Promise<void> {
    const entry = parseEntry(bytes);
    const { members } = checkRecord(entry, record, { file: PLACE, index: entry.index });
    this.tally.add(entry, record, members);
  }

  async *members(): AsyncGenerator<ExportFile> {
    const erasing = this.tally.erasures.open();
    for (let first = 0; first < erasing.length; first += SEGMENT) {
      const records = await this.readErasures(erasing.slice(first, first + SEGMENT));
      yield { name: erasuresFileName(first / SEGMENT), bytes: Buffer.from(records.map(formatErasure).join(''), 'utf8') };
    }
    const events = [...this.tally.group('events').keys()].map((event) => ({ event, name: schemaFileName(event) }));
    for (const { event, name } of events.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [type = '', version = ''] = event.split('/');
      yield { name, bytes: formatSchema(this.readSchema(type, Number(version))) };
    }
  }
}
