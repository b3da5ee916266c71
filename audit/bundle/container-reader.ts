/**
 * Reads an export container strictly: pack(parse(file)) = file, byte for byte, so a change of any byte anywhere is found
 * and its place named. A library's reader would accept what has to be refused here: other headers, other padding, more after the end.
 */
import { isExportName, type ExportFile } from '../log/export-files';
import { fail } from '../log/verdict';
import { BLOCK, largestSize, memberHeader, padding, readHeader, TRAILER } from './member';

/** Bytes of a stream in the pieces asked for: views of what came where that is possible, a copy only of what came in parts. */
class Pieces {
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(input: AsyncIterable<Buffer>) {
    this.chunks = input[Symbol.asyncIterator]();
  }

  /** Exactly `count` bytes, or fewer when the stream ends before. */
  async take(count: number): Promise<Buffer> {
    if (this.held.length >= count) return this.cut(count);
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.held.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) break;
        this.held = next.value;
      }
      const part = this.cut(Math.min(missing, this.held.length));
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  private cut(count: number): Buffer {
    const piece = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    return piece;
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}

/** The files of a container in their order; throws VerificationFailure at the first byte that does not belong. */
export async function* readContainer(input: AsyncIterable<Buffer>): AsyncGenerator<ExportFile> {
  const pieces = new Pieces(input);
  let before = 'the beginning';
  try {
    for (;;) {
      const header = await pieces.take(BLOCK);
      if (header.length === BLOCK && header.every((byte) => byte === 0)) break;
      const file = await readMember(pieces, header, before);
      yield file;
      before = file.name;
    }
    await readTrailer(pieces, before);
  } finally {
    await pieces.close();
  }
}

async function readMember(pieces: Pieces, header: Buffer, before: string): Promise<ExportFile> {
  if (header.length < BLOCK) fail('integrity', { code: 'TRUNCATED', file: before, detail: 'the container ends after this file' });
  const stated = readHeader(header);
  if (stated === null) return fail('integrity', { code: 'HEADER_ALTERED', file: `the file after ${before}` });
  const { name, size } = stated;
  // Names are compared, never used as paths; still nothing that could be one is let through.
  if (!/^[A-Za-z0-9./]+$/.test(name) || name.includes('..') || name.startsWith('/')) fail('integrity', { code: 'NAME_UNSAFE', file: `the file after ${before}` });
  if (!isExportName(name)) fail('integrity', { code: 'FILE_UNKNOWN', file: name });
  const place = { file: name };
  if (!memberHeader(name, size).equals(header)) fail('integrity', { code: 'HEADER_ALTERED', ...place });
  const cap = largestSize(name);
  if (size > cap) fail('integrity', { code: 'FILE_TOO_LARGE', ...place, expected: `at most ${cap} bytes`, got: `${size} bytes` });
  const bytes = await pieces.take(size);
  if (bytes.length < size) fail('integrity', { code: 'TRUNCATED', ...place, expected: `${size} bytes`, got: `${bytes.length} bytes` });
  const filler = await pieces.take(padding(size));
  if (filler.length < padding(size)) fail('integrity', { code: 'TRUNCATED', ...place, detail: 'the container ends in its padding' });
  if (filler.some((byte) => byte !== 0)) fail('integrity', { code: 'PADDING_ALTERED', ...place });
  return { name, bytes };
}

/** The first block of the trailer has been read. */
async function readTrailer(pieces: Pieces, before: string): Promise<void> {
  const rest = await pieces.take(TRAILER.length - BLOCK + 1);
  if (rest.length < TRAILER.length - BLOCK) fail('integrity', { code: 'TRUNCATED', file: before, detail: 'the container ends in its trailer' });
  if (rest.length > TRAILER.length - BLOCK || rest.some((byte) => byte !== 0)) fail('integrity', { code: 'TRAILER_ALTERED', file: before });
}
