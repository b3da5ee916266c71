/**
 * The links of one segment, a row for each stream it touches: consecutive links are checked against one another here, so that
 * the rest of the log has to be compared with the first and the last of them only.
 */
import { assertDistinct, type LinkDisclosure, type Place } from './disclosure-record';
import { ZERO_HASH } from './entry';
import { FINGERPRINT_WORDS, putFingerprint } from './fingerprint-table';
import { HASH_BYTES } from './tree';
import { fail } from './verdict';

/** Row r stands at place r of each list. A stream has a second row when a heads entry stands between its links. */
export interface StreamRowLists {
  /** Fingerprints of the streams' names. */
  readonly keys: Uint32Array;
  /** The names, LF between them. */
  readonly names: string;
  /** Where in the segment the first link of the row stands. */
  readonly firstAt: Uint16Array;
  readonly firstN: Float64Array;
  /** In words. */
  readonly firstPrev: Uint32Array;
  readonly lastAt: Uint16Array;
  readonly lastN: Float64Array;
  /** Digests of the last links, one after another; empty unless asked for. */
  readonly lastDigests: string;
}

interface Row {
  readonly stream: string;
  readonly firstAt: number;
  readonly firstN: number;
  readonly firstPrev: string;
  lastAt: number;
  lastN: number;
  lastLeaf: string;
  lastDigest: string;
}

export class StreamRows {
  private readonly rows: Row[] = [];
  private running = new Map<string, Row>();

  constructor(private readonly rules: { readonly salt: string; readonly derivesHeads: boolean }) {}

  /** The links of the entry at a place of the segment, whose leaf hash is `leaf`. */
  add(links: readonly LinkDisclosure[], at: number, leaf: string, place: Place): void {
    assertDistinct(links, place);
    for (const { stream, n, prev, digest } of links) {
      const row = this.running.get(stream);
      if (row === undefined) {
        const begun: Row = { stream, firstAt: at, firstN: n, firstPrev: prev, lastAt: at, lastN: n, lastLeaf: leaf, lastDigest: digest };
        this.running.set(stream, begun);
        this.rows.push(begun);
        continue;
      }
      if (n !== row.lastN + 1) fail('completeness', { code: 'STREAM_GAP', ...place, expected: `${stream} ${row.lastN + 1}`, got: `${stream} ${n}` });
      // CVE-2022-36111: a link must lead to the leaf hash of the stream's entry before it, not merely to some hash.
      if (prev !== row.lastLeaf) fail('integrity', { code: 'STREAM_PREV_MISMATCH', ...place, expected: row.lastLeaf, got: prev });
      row.lastAt = at;
      row.lastN = n;
      row.lastLeaf = leaf;
      row.lastDigest = digest;
    }
  }

  /** Links from here on stand in rows of their own. */
  cut(): void {
    this.running = new Map();
  }

  lists(): StreamRowLists {
    const { rows, rules } = this;
    const keys = new Uint32Array(rows.length * FINGERPRINT_WORDS);
    const firstPrev = Buffer.from(new ArrayBuffer(rows.length * HASH_BYTES));
    rows.forEach((row, r) => {
      putFingerprint(rules.salt, row.stream, keys, r * FINGERPRINT_WORDS);
      if (row.firstPrev !== ZERO_HASH) firstPrev.write(row.firstPrev, r * HASH_BYTES, 'base64url');
    });
    return {
      keys,
      names: rows.map((row) => row.stream).join('\n'),
      firstAt: Uint16Array.from(rows, (row) => row.firstAt),
      firstN: Float64Array.from(rows, (row) => row.firstN),
      firstPrev: new Uint32Array(firstPrev.buffer),
      lastAt: Uint16Array.from(rows, (row) => row.lastAt),
      lastN: Float64Array.from(rows, (row) => row.lastN),
      lastDigests: rules.derivesHeads ? rows.map((row) => row.lastDigest).join('') : '',
    };
  }
}
