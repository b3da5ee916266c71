/**
 * A table of rows found by 96-bit fingerprints, for as many rows as a long log has: plain words of memory, nothing for the
 * collector to walk, and no copy of the rows when it grows. A fingerprint is of SHA-256 under a salt drawn for one verification,
 * so nobody can prepare two names that agree in it, or many that crowd one place; by chance two of ten million do in one of 10^15.
 */
import { hash, randomBytes } from 'node:crypto';

/** A fingerprint has so many words. */
export const FINGERPRINT_WORDS = 3;
const SALT_BYTES = 16;
/** Rows are kept in pieces of this many: what is there never moves. */
const [PIECE_BITS, PIECE_ROWS] = [14, 16_384];
const FIRST_SLOTS = 4_096;
const MOST_SLOTS = 2 ** 30;

export function newFingerprintSalt(): string {
  return randomBytes(SALT_BYTES).toString('hex');
}

/** Writes the fingerprint of a name as words from `at` on. */
export function putFingerprint(salt: string, name: string, into: Uint32Array, at: number): void {
  // One character a byte: several times faster to make than a buffer.
  const bytes = hash('sha256', salt + name, 'binary');
  for (let word = 0; word < FINGERPRINT_WORDS; word += 1) {
    const from = word * Uint32Array.BYTES_PER_ELEMENT;
    into[at + word] = bytes.charCodeAt(from) | (bytes.charCodeAt(from + 1) << 8) | (bytes.charCodeAt(from + 2) << 16) | (bytes.charCodeAt(from + 3) << 24);
  }
}

export class FingerprintTable {
  private readonly rowWords: number;
  private readonly pieces: Uint32Array[] = [];
  /**
   * A row's number from 1 in as many low bits as there are slots for; in those above it bits of its fingerprint, so that rows
   * of others are seldom looked at. 0 is free.
   */
  private slots = new Uint32Array(FIRST_SLOTS);
  private rows = 0;

  /** Beside its fingerprint a row holds so many values, 0 at first. */
  constructor(values: number) {
    this.rowWords = FINGERPRINT_WORDS + values;
  }

  get size(): number {
    return this.rows;
  }

  /** The row of the fingerprint that stands in `words` from `at` on, made when there is none yet: then it is the last one. */
  find(words: Uint32Array, at: number): number {
    if (this.rows * 4 >= this.slots.length * 3) this.grow();
    const { slots } = this;
    const mask = slots.length - 1;
    const mark = (words[at + 1] as number) & ~mask;
    for (let slot = (words[at] as number) & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot] as number;
      if (held === 0) {
        const row = this.begin(words, at);
        slots[slot] = mark | (row + 1);
        return row;
      }
      if (((held ^ mark) & ~mask) === 0 && this.matches((held & mask) - 1, words, at)) return (held & mask) - 1;
    }
  }

  valueOf(row: number, value: number): number {
    return this.pieceOf(row)[this.wordOf(row) + FINGERPRINT_WORDS + value] as number;
  }

  setValue(row: number, value: number, to: number): void {
    this.pieceOf(row)[this.wordOf(row) + FINGERPRINT_WORDS + value] = to;
  }

  private pieceOf(row: number): Uint32Array {
    return this.pieces[row >>> PIECE_BITS] as Uint32Array;
  }

  private wordOf(row: number): number {
    return (row & (PIECE_ROWS - 1)) * this.rowWords;
  }

  private matches(row: number, words: Uint32Array, at: number): boolean {
    const [piece, word] = [this.pieceOf(row), this.wordOf(row)];
    return piece[word] === words[at] && piece[word + 1] === words[at + 1] && piece[word + 2] === words[at + 2];
  }

  private begin(words: Uint32Array, at: number): number {
    const row = this.rows;
    if (row % PIECE_ROWS === 0) this.pieces.push(new Uint32Array(PIECE_ROWS * this.rowWords));
    const [piece, word] = [this.pieceOf(row), this.wordOf(row)];
    for (let i = 0; i < FINGERPRINT_WORDS; i += 1) piece[word + i] = words[at + i] as number;
    this.rows += 1;
    return row;
  }

  private grow(): void {
    const width = this.slots.length * 2;
    if (width > MOST_SLOTS) throw new RangeError('a log with so many names is not verified here');
    const slots = new Uint32Array(width);
    const mask = width - 1;
    for (let row = 0; row < this.rows; row += 1) {
      const [piece, word] = [this.pieceOf(row), this.wordOf(row)];
      let slot = (piece[word] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ((piece[word + 1] as number) & ~mask) | (row + 1);
    }
    this.slots = slots;
  }
}
