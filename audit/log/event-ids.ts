/** Remembers which event ids were seen, in some 20 bytes each, so that a long log can be checked for duplicates in little memory. */
import { FINGERPRINT_WORDS, FingerprintTable, newFingerprintSalt, putFingerprint } from './fingerprint-table';

export class EventIds {
  private readonly seen = new FingerprintTable(0);
  private readonly salt = newFingerprintSalt();
  private readonly words = new Uint32Array(FINGERPRINT_WORDS);

  /** False when the id was there already. */
  add(id: string): boolean {
    putFingerprint(this.salt, id, this.words, 0);
    return this.addFingerprint(this.words, 0);
  }

  /** The same for fingerprints taken elsewhere, all under one salt: the words from `at` on. */
  addFingerprint(words: Uint32Array, at: number): boolean {
    const { size } = this.seen;
    return this.seen.find(words, at) === size;
  }
}
