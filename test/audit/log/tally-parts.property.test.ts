/** A tally of parts, each counted by itself and added in order, is the tally of all entries one by one. */
import fc from 'fast-check';
import { parseEntry } from '../../../audit/log/entry';
import { formatTally, MAX_NAMES, Tally } from '../../../audit/log/tally';
import type { DisclosureRecord } from '../../../audit/log/disclosure-record';
import { sampleLog } from '../sample-log';

const NOTHING: DisclosureRecord = { index: 0, disclosed: [], links: [], withheld: {} };

describe('a tally', () => {
  it('of parts added in order is that of all entries, whatever the parts and however many names and minutes', async () => {
    const entry = parseEntry((await sampleLog(2)).entries[1]!.bytes);
    const party = (n: number): string => `agency_${String(n).padStart(26, '0')}`;
    const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    fc.assert(
      fc.property(fc.array(fc.nat(3 * MAX_NAMES), { minLength: 1, maxLength: 40 }), fc.nat({ max: 39 }), fc.integer({ min: 1, max: 900 }), (numbers, cut, spread) => {
        const whole = new Tally();
        const parts = [Tally.ofPart(), Tally.ofPart()] as const;
        numbers.forEach((number, i) => {
          const members = Array.from({ length: 300 }, (_, k) => ({ name: k === 0 ? 'actorOrg' : `party${k}`, value: party(number + k) }));
          const one = { ...entry, recordedAt: at(i * spread) };
          whole.add(one, NOTHING, members);
          parts[i < cut ? 0 : 1].add(one, NOTHING, members);
        });
        const joined = new Tally();
        for (const part of parts) joined.addAll(part.counted());
        expect(formatTally(joined)).toBe(formatTally(whole));
        expect([...joined.group('parties')]).toEqual([...whole.group('parties')]);
      }),
      { numRuns: 100 },
    );
  });
});
