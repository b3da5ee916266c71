/**
 * The bytes of one member of an export container: a ustar header with every field fixed but name and size. There is one
 * spelling, so a reader can demand it byte for byte; pax records, links, owners and dates do not exist here.
 */

export const BLOCK = 512;
/** Two blocks of zeros end a tar. */
export const TRAILER = Buffer.alloc(2 * BLOCK);

const NAME_BYTES = 100;
const MEGABYTE = 1024 * 1024;

/** What a reader is willing to hold in memory for one file, by the folder it stands in. */
const CAPS: readonly (readonly [prefix: string, bytes: number])[] = [
  ['tile/entries/', 256 * (2 + 65_535)],
  ['entries/', 256 * (2 + 65_535)],
  ['tile/', 256 * 32],
  ['disclosures/', 64 * MEGABYTE],
  ['heads/', 16 * MEGABYTE],
  ['erasures/', 64 * MEGABYTE],
  ['checkpoints', 16 * MEGABYTE],
  ['timestamps', 64 * MEGABYTE],
  ['report/entries', 32 * MEGABYTE],
  ['report/', 8 * MEGABYTE],
  ['', MEGABYTE],
];

export function largestSize(name: string): number {
  return (CAPS.find(([prefix]) => name.startsWith(prefix)) as readonly [string, number])[1];
}

/** Zeros up to the next block. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** POSIX ustar: mode 0644, owner 0:0, date 0, regular file; the same bytes that tar-stream packs. */
export function memberHeader(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new RangeError('a member name is at most 100 bytes');
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'ascii');
  header.write('000644 \0', 100, 'ascii');
  header.write('000000 \0', 108, 'ascii');
  header.write('000000 \0', 116, 'ascii');
  header.write(`${size.toString(8).padStart(11, '0')} `, 124, 'ascii');
  header.write('00000000000 ', 136, 'ascii');
  header.write('        ', 148, 'ascii');
  header.write('0', 156, 'ascii');
  header.write('ustar\x0000', 257, 'ascii');
  header.write('000000 \0', 329, 'ascii');
  header.write('000000 \0', 337, 'ascii');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'ascii');
  return header;
}

/** The name and size a header states, unchecked: the caller compares it with memberHeader of the two. */
export function readHeader(header: Buffer): { readonly name: string; readonly size: number } | null {
  const end = header.indexOf(0);
  const name = header.toString('latin1', 0, end < 0 || end > NAME_BYTES ? NAME_BYTES : end);
  const octal = header.toString('latin1', 124, 135);
  return /^[0-7]{11}$/.test(octal) ? { name, size: Number.parseInt(octal, 8) } : null;
}
