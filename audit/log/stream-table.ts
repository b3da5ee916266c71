/**
 * Where each stream of a log ends: its last number and the index of its last entry, in some 28 bytes a stream. This much has to
 * be kept of every stream until the end of the log, because its next link may come at any time and has to lead to that entry.
 */
import { FINGERPRINT_WORDS, FingerprintTable } from './fingerprint-table';

const [NUMBER, INDEX] = [0, 1];
const MOST = 2 ** 32 - 1;

/** A stream's place in the table. */
export type StreamPlace = number;

export class StreamTable {
  private readonly ends = new FingerprintTable(2);

  /** How many streams have an entry. */
  get size(): number {
    return this.ends.size;
  }

  /** A stream's place, made when it has none yet; `keys` holds fingerprints of streams' names. */
  find(keys: Uint32Array, key: number): StreamPlace {
    return this.ends.find(keys, key * FINGERPRINT_WORDS);
  }

  /** The number of the stream's last entry; 0 before its first. */
  numberOf(place: StreamPlace): number {
    return this.ends.valueOf(place, NUMBER);
  }

  /** Where in the log that entry stands. */
  indexOf(place: StreamPlace): number {
    return this.ends.valueOf(place, INDEX);
  }

  move(place: StreamPlace, n: number, index: number): void {
    if (n > MOST || index > MOST) throw new RangeError('a log of more than 2^32 entries is not verified here');
    this.ends.setValue(place, NUMBER, n);
    this.ends.setValue(place, INDEX, index);
  }
}
