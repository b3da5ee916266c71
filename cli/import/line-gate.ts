/**
 * Stands between a file and the CSV parser: passes whole lines on, hashes every byte, and refuses what the parser would
 * buffer or silently replace: a line without end, bytes that are not UTF-8. Holds at most one line in memory.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { ImportError } from './import-error';

/** A row of a thousand columns of a kilobyte each; a "line" beyond this is not a line. */
export const LINE_BYTES_MAX = 1_048_576;

const LINE_FEED = 0x0a;
const EMPTY = Buffer.alloc(0);

export class LineGate extends Transform {
  private readonly hash = createHash('sha256');
  private rest: Buffer = EMPTY;
  private linesPassed = 0;
  private isFirst = true;
  /** Whether any quote has passed: without one, a record is a line. */
  sawQuote = false;
  bytesRead = 0;

  /** SHA-256 of all bytes, once the file has ended. */
  digest(): Buffer {
    return this.hash.digest();
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      this.hash.update(chunk);
      this.bytesRead += chunk.length;
      const end = chunk.lastIndexOf(LINE_FEED);
      if (end === -1) {
        this.keep(chunk);
        done();
        return;
      }
      const lines = this.rest.length === 0 ? chunk.subarray(0, end + 1) : Buffer.concat([this.rest, chunk.subarray(0, end + 1)]);
      this.rest = EMPTY;
      this.keep(chunk.subarray(end + 1));
      done(null, this.check(lines));
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      const last = this.rest.length === 0 ? null : this.check(this.rest);
      done(null, last);
    } catch (error) {
      done(error as Error);
    }
  }

  private keep(start: Buffer): void {
    if (this.rest.length + start.length > LINE_BYTES_MAX) {
      const line = this.linesPassed + 1;
      throw new ImportError('LINE_TOO_LONG', `Line ${line} is longer than ${LINE_BYTES_MAX} bytes; a portfolio has one row per line.`, line);
    }
    // A copy: a slice would keep the whole chunk it was cut from alive.
    this.rest = this.rest.length === 0 ? Buffer.from(start) : Buffer.concat([this.rest, start]);
  }

  /** Lines end at 0x0A, which is no part of any longer UTF-8 sequence, so whole lines can be checked on their own. */
  private check(lines: Buffer): Buffer {
    if (this.isFirst && (lines.subarray(0, 2).equals(Buffer.from([0xff, 0xfe])) || lines.subarray(0, 2).equals(Buffer.from([0xfe, 0xff])))) {
      throw new ImportError('WRONG_ENCODING', 'The file is UTF-16; save it as UTF-8.', 1);
    }
    this.isFirst = false;
    if (!isUtf8(lines) || lines.includes(0)) {
      const line = this.linesPassed + faultyLine(lines);
      throw new ImportError('WRONG_ENCODING', `Line ${line} is not UTF-8 text; save the file as UTF-8.`, line);
    }
    if (!this.sawQuote) this.sawQuote = lines.includes('"');
    this.linesPassed += countLines(lines);
    return lines;
  }
}

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(LINE_FEED); at !== -1; at = lines.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

function faultyLine(lines: Buffer): number {
  let line = 1;
  for (let start = 0; start < lines.length; line += 1) {
    const end = lines.indexOf(LINE_FEED, start);
    const one = lines.subarray(start, end === -1 ? lines.length : end + 1);
    if (!isUtf8(one) || one.includes(0)) return line;
    start += one.length;
  }
  return line;
}
