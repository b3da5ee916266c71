/** What a whole-log verification keeps of ids and streams: each is found again, however many there are and wherever their fingerprints fall. */
import { EventIds } from '../../../audit/log/event-ids';
import { FINGERPRINT_WORDS, FingerprintTable, newFingerprintSalt, putFingerprint } from '../../../audit/log/fingerprint-table';
import { StreamTable } from '../../../audit/log/stream-table';

/** More than one piece of memory holds, and enough to grow several times. */
const MANY = 40_000;

function fingerprints(salt: string, names: number): Uint32Array {
  const words = new Uint32Array(names * FINGERPRINT_WORDS);
  for (let n = 0; n < names; n += 1) putFingerprint(salt, `debt:${n}`, words, n * FINGERPRINT_WORDS);
  return words;
}

describe('the memory of event ids', () => {
  it('knows each id it has seen and no other', () => {
    const ids = new EventIds();
    const id = (n: number): string => `event_${String(n).padStart(26, '0')}`;
    for (let n = 0; n < MANY; n += 1) expect(ids.add(id(n))).toBe(true);
    for (let n = 0; n < MANY; n += 1) expect(ids.add(id(n))).toBe(false);
  });
});

describe('the table of where streams end', () => {
  it('tells of each stream what was said of it last, and counts every one once', () => {
    const [streams, keys] = [new StreamTable(), fingerprints(newFingerprintSalt(), MANY)];
    for (let turn = 1; turn <= 2; turn += 1) for (let n = 0; n < MANY; n += 1) streams.move(streams.find(keys, n), turn, n * turn);
    expect(streams.size).toBe(MANY);
    for (let n = 0; n < MANY; n += 1) {
      const place = streams.find(keys, n);
      expect([streams.numberOf(place), streams.indexOf(place)]).toEqual([2, n * 2]);
    }
  });

  it('begins a stream at nothing', () => {
    const [streams, keys] = [new StreamTable(), fingerprints(newFingerprintSalt(), 1)];
    expect(streams.numberOf(streams.find(keys, 0))).toBe(0);
  });

  it('refuses numbers that it could not hold', () => {
    const [streams, keys] = [new StreamTable(), fingerprints(newFingerprintSalt(), 1)];
    expect(() => streams.move(streams.find(keys, 0), 2 ** 32, 0)).toThrow(RangeError);
    expect(() => streams.move(streams.find(keys, 0), 1, 2 ** 32)).toThrow(RangeError);
  });
});

describe('a table of fingerprints', () => {
  it('tells apart those that differ in one word, though they fall into one place', () => {
    const table = new FingerprintTable(1);
    const near = [[7, 8, 9], [7, 8, 10], [7, 9, 9], [8, 8, 9], [7 + 2 ** 20, 8, 9]].map((words) => Uint32Array.from(words));
    const rows = near.map((words) => table.find(words, 0));
    expect(new Set(rows).size).toBe(near.length);
    expect(near.map((words) => table.find(words, 0))).toEqual(rows);
  });

  it('holds a fingerprint of zeros as any other', () => {
    const table = new FingerprintTable(0);
    expect([table.find(new Uint32Array(FINGERPRINT_WORDS), 0), table.size]).toEqual([0, 1]);
    expect([table.find(new Uint32Array(FINGERPRINT_WORDS), 0), table.size]).toEqual([0, 1]);
  });
});

describe('fingerprints', () => {
  it('are the same under one salt, and others under the next: none can be prepared', () => {
    const salt = newFingerprintSalt();
    expect(fingerprints(salt, 3)).toEqual(fingerprints(salt, 3));
    expect(fingerprints(newFingerprintSalt(), 1)).not.toEqual(fingerprints(salt, 1));
  });
});
