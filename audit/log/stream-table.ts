/**
 * Where each stream of a log ends, in some 45 bytes a stream: its last number and the index of its last entry, found by the
 * SHA-256 of its name. Keeps 192 bits of that hash: two names that agree in them would take 2^96 tries to find.
 */

const KEY_WORDS = 6;
const ROW_WORDS = KEY_WORDS + 2;
/** A key as given has 32 bytes. */
const GIVEN_WORDS = 8;
const CHUNK_ROWS = 16_384;
const FIRST_SLOTS = 4_096;
const MOST = 2 ** 32 - 1;

/** A stream's place in the table. */
export type StreamPlace = number;

export class StreamTable {
  private slots = new Uint32Array(FIRST_SLOTS);
  private readonly chunks: Uint32Array[] = [];
  private rows = 0;

  /** How many streams have an entry. */
  get size(): number {
    return this.rows;
  }

  /** A stream's place, made when it has none yet; `keys` holds eight words a key. */
  find(keys: Uint32Array, key: number): StreamPlace {
    if (this.rows * 4 >= this.slots.length * 3) this.grow();
    const given = key * GIVEN_WORDS;
    const mask = this.slots.length - 1;
    for (let slot = (keys[given] as number) & mask; ; slot = (slot + 1) & mask) {
      const row = this.slots[slot] as number;
      if (row === 0) return this.begin(slot, keys, given);
      if (this.matches(row - 1, keys, given)) return row - 1;
    }
  }

  /** The number of the stream's last entry; 0 before its first. */
  numberOf(place: StreamPlace): number {
    return this.chunkOf(place)[wordOf(place) + KEY_WORDS] as number;
  }

  /** Where in the log that entry stands. */
  indexOf(place: StreamPlace): number {
    return this.chunkOf(place)[wordOf(place) + KEY_WORDS + 1] as number;
  }

  move(place: StreamPlace, n: number, index: number): void {
    if (n > MOST || index > MOST) throw new RangeError('a log of more than 2^32 entries is not verified here');
    const chunk = this.chunkOf(place);
    chunk[wordOf(place) + KEY_WORDS] = n;
    chunk[wordOf(place) + KEY_WORDS + 1] = index;
  }

  private chunkOf(place: StreamPlace): Uint32Array {
    return this.chunks[Math.floor(place / CHUNK_ROWS)] as Uint32Array;
  }

  private matches(place: number, keys: Uint32Array, given: number): boolean {
    const [chunk, at] = [this.chunkOf(place), wordOf(place)];
    for (let word = 0; word < KEY_WORDS; word += 1) if (chunk[at + word] !== keys[given + word]) return false;
    return true;
  }

  private begin(slot: number, keys: Uint32Array, given: number): number {
    const place = this.rows;
    if (place % CHUNK_ROWS === 0) this.chunks.push(new Uint32Array(CHUNK_ROWS * ROW_WORDS));
    const [chunk, at] = [this.chunkOf(place), wordOf(place)];
    for (let word = 0; word < KEY_WORDS; word += 1) chunk[at + word] = keys[given + word] as number;
    this.rows += 1;
    this.slots[slot] = this.rows;
    return place;
  }

  private grow(): void {
    const slots = new Uint32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let place = 0; place < this.rows; place += 1) {
      const [chunk, at] = [this.chunkOf(place), wordOf(place)];
      let slot = (chunk[at] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
    this.slots = slots;
  }
}

function wordOf(place: StreamPlace): number {
  return (place % CHUNK_ROWS) * ROW_WORDS;
}
