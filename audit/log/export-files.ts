/**
 * The files of an export in the one order they may have, hashed as they pass. Refuses a file that is unknown, twice, or
 * out of its turn. Does not know what carries the files.
 */
import { createHash } from 'node:crypto';
import { isReportFile } from './report-files';
import { groupDigits, parseTilePath, tilePath, TILE_WIDTH } from './tiles';
import { fail } from './verdict';

export interface ExportFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** So many entries stand in one segment of an export, as in one C2SP entry bundle. */
export const SEGMENT = TILE_WIDTH;

/** The files of segment `n` of a whole log, `width` entries wide. The first two are C2SP tlog-tiles. */
export function logSegmentNames(n: number, width: number): { readonly leaves: string; readonly entries: string; readonly disclosures: string } {
  return {
    leaves: tilePath({ level: 0, index: n, width }),
    entries: tilePath({ level: null, index: n, width }),
    disclosures: `disclosures/${groupDigits(n)}`,
  };
}

export function streamSegmentNames(n: number): { readonly proofs: string; readonly entries: string; readonly disclosures: string } {
  const digits = groupDigits(n);
  return { proofs: `proofs/${digits}`, entries: `entries/${digits}`, disclosures: `disclosures/${digits}` };
}

/** So many streams' heads are proven in one file, after the entries. */
export function headsFileName(n: number): string {
  return `heads/${groupDigits(n)}`;
}

/** Of the erasing entries that a stream export names and that stand in none of its streams, 256 a file. */
export function erasuresFileName(n: number): string {
  return `erasures/${groupDigits(n)}`;
}

/** Files that may follow the checkpoint, in this order; the manifest says which do. */
export const OPTIONAL_FILES = ['keys', 'checkpoints', 'timestamps', 'policy'] as const;
export type OptionalFile = (typeof OPTIONAL_FILES)[number];

/** What may follow the entries, in this order: entries that erased values of theirs, the schemas of their events, a report on them. The manifest says which do. */
export const APPENDED_PARTS = ['erasures', 'schemas', 'report'] as const;
export type AppendedPart = (typeof APPENDED_PARTS)[number];

export const OPTIONAL_PARTS = [...OPTIONAL_FILES, ...APPENDED_PARTS] as const;
export type OptionalPart = (typeof OPTIONAL_PARTS)[number];

const FIXED: ReadonlySet<string> = new Set(['manifest', 'checkpoint', ...OPTIONAL_FILES, 'seal']);
const SEGMENT_FILE = /^(proofs|entries|disclosures|heads|erasures)\/(x[0-9]{3}\/)*[0-9]{3}$/;
const SCHEMA_FILE = /^schemas\/[a-z]{1,30}\.[A-Z][A-Za-z]{1,59}\.v[1-9][0-9]{0,8}\.json$/;

/** Whether an export may hold a file of this name at all; nothing else is ever read or unpacked. */
export function isExportName(name: string): boolean {
  return FIXED.has(name) || SEGMENT_FILE.test(name) || SCHEMA_FILE.test(name) || isReportFile(name) || parseTilePath(name) !== null;
}

/** The file that follows the last segment of a stream export; the heads of an export that proves where its streams end. */
export function streamsEnd(hasHeads: boolean, files: readonly OptionalPart[]): (name: string | null) => boolean {
  if (hasHeads) return (name) => name === headsFileName(0);
  return (name) => name === 'seal' || APPENDED_PARTS.some((part) => files.includes(part) && name?.startsWith(`${part}/`) === true);
}

/** Adds a file to the hash that the seal commits to. The length keeps name and content from running together. */
export class FilesHash {
  private readonly sha256 = createHash('sha256');
  count = 0;

  add({ name, bytes }: ExportFile): void {
    this.sha256.update(`${name}\n${bytes.length}\n`).update(bytes);
    this.count += 1;
  }

  digest(): string {
    return this.sha256.copy().digest('hex');
  }
}

export class FileSequence {
  private readonly files: AsyncIterator<ExportFile>;
  private readonly seen = new Set<string>();
  private ahead: ExportFile | null | undefined;
  readonly hash = new FilesHash();

  constructor(files: AsyncIterable<ExportFile>) {
    this.files = files[Symbol.asyncIterator]();
  }

  /** The name of the next file, or null at the end. */
  async peek(): Promise<string | null> {
    if (this.ahead === undefined) {
      const next = await this.files.next();
      this.ahead = next.done === true ? null : next.value;
    }
    return this.ahead?.name ?? null;
  }

  /** The next file, which has to be this one. */
  async take(name: string): Promise<Buffer> {
    const got = await this.peek();
    const file = this.ahead;
    if (file == null || got !== name) return this.refuse(name, got);
    this.ahead = undefined;
    this.seen.add(name);
    // The seal cannot commit to itself.
    if (name !== 'seal') this.hash.add(file);
    return file.bytes;
  }

  async end(): Promise<void> {
    const got = await this.peek();
    if (got !== null) this.refuse('the end', got);
  }

  /** Lets go of whatever carries the files. */
  async close(): Promise<void> {
    await this.files.return?.();
  }

  private refuse(expected: string, got: string | null): never {
    if (got === null) fail('integrity', { code: 'FILE_MISSING', file: expected });
    if (this.seen.has(got)) fail('integrity', { code: 'FILE_DUPLICATE', file: got, expected });
    if (!isExportName(got)) fail('integrity', { code: 'FILE_UNKNOWN', file: got, expected });
    fail('integrity', { code: 'FILE_MISSING', file: expected, got });
  }
}
