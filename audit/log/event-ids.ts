/**
 * Remembers which event ids were seen, in 24 bytes each, so that a long log can be checked for duplicates in little
 * memory. Keeps 96-bit fingerprints: among ten million random ids two agree by chance once in 10^15 logs.
 */

/** An id's fingerprint has so many words. */
export const FINGERPRINT_WORDS = 3;
const WORDS = FINGERPRINT_WORDS;
const FIRST_SLOTS = 1024;
const MULTIPLIERS = [0x01000193, 0x5bd1e995, 0x9e3779b1] as const;

export class EventIds {
  private slots = FIRST_SLOTS;
  private table = new Uint32Array(FIRST_SLOTS * WORDS);
  private count = 0;

  /** False when the id was there already. */
  add(id: string): boolean {
    return this.addFingerprint(fingerprint(id), 0);
  }

  /** The same for a fingerprint taken elsewhere, the words from `at` on. */
  addFingerprint(words: ArrayLike<number>, at: number): boolean {
    if (this.count * 2 >= this.slots) this.grow();
    const added = this.place(this.table, this.slots, words[at] as number, words[at + 1] as number, words[at + 2] as number);
    if (added) this.count += 1;
    return added;
  }

  private place(table: Uint32Array, slots: number, a: number, b: number, c: number): boolean {
    for (let slot = a % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      if (table[at] === 0) {
        table[at] = a;
        table[at + 1] = b;
        table[at + 2] = c;
        return true;
      }
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c) return false;
    }
  }

  private grow(): void {
    const slots = this.slots * 2;
    const table = new Uint32Array(slots * WORDS);
    for (let at = 0; at < this.table.length; at += WORDS) {
      if (this.table[at] !== 0) this.place(table, slots, this.table[at] as number, this.table[at + 1] as number, this.table[at + 2] as number);
    }
    this.slots = slots;
    this.table = table;
  }
}

/** Three multiplicative hashes; the first is never 0, which marks a free slot. */
export function fingerprint(id: string): readonly [number, number, number] {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = 0; i < id.length; i += 1) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, MULTIPLIERS[0]) + (a >>> 15);
    b = Math.imul(b ^ code, MULTIPLIERS[1]) + (b >>> 13);
    c = Math.imul(c ^ code, MULTIPLIERS[2]) + (c >>> 16);
  }
  return [a >>> 0 || 1, b >>> 0, c >>> 0];
}
