/**
 * The file of rejected rows: line, row, reason and place in the mapping, never a value of the row, so that it may be mailed.
 * Written beside its final name and renamed when complete: a half-written one never looks like a whole one.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { stringify, type Stringifier } from 'csv-stringify';

export interface RejectedRow {
  readonly line: number;
  readonly row: number;
  readonly reason: string;
  readonly place: string;
}

export class RejectsFile {
  private readonly partial: string;
  private readonly rows: Stringifier;
  private readonly written: Promise<void>;

  constructor(private readonly file: string) {
    this.partial = `${file}.partial`;
    this.rows = stringify({ header: true, columns: ['line', 'row', 'reason', 'place'] });
    const output = createWriteStream(this.partial, { mode: 0o600, flush: true });
    this.written = finished(this.rows.pipe(output));
    // Told by `close`; an unhandled rejection before it would end the process without a word.
    this.written.catch(() => undefined);
  }

  async add(row: RejectedRow): Promise<void> {
    if (!this.rows.write(row)) await Promise.race([new Promise((resolve) => this.rows.once('drain', resolve)), this.written]);
  }

  async close(): Promise<void> {
    this.rows.end();
    await this.written;
    await rename(this.partial, this.file);
  }

  /** The import did not get to its end: what there is of the file says nothing. */
  async discard(): Promise<void> {
    this.rows.end();
    await this.written.catch(() => undefined);
    await rm(this.partial, { force: true });
  }
}
