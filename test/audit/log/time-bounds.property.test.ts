/** Between which times each entry came about, by what others attest: the spans say of every entry what each attestation says of it, and no more. */
import fc from 'fast-check';
import { boundSpans, type Attested } from '../../../audit/log/time-bounds';

const attestation = fc.record({
  size: fc.nat({ max: 30 }),
  at: fc.nat({ max: 20 }).map((minutes) => new Date(Date.UTC(2026, 10, 21, 8, minutes))),
  by: fc.constantFrom('witness' as const, 'timestamp' as const),
  name: fc.constant('w'),
});

/** The rule, one entry at a time. */
function boundsOf(index: number, attested: readonly Attested[]): { notBefore: number | null; notAfter: number | null } {
  const after = attested.filter(({ size }) => size > index).map(({ at }) => at.getTime());
  const before = attested.filter(({ size, by }) => size > 0 && size <= index && by === 'witness').map(({ at }) => at.getTime());
  return { notBefore: before.length === 0 ? null : Math.max(...before), notAfter: after.length === 0 ? null : Math.min(...after) };
}

describe('the bounds of entries', () => {
  it('are those of each attestation, for every entry, in order and without a gap where anything is said', () => {
    fc.assert(
      fc.property(fc.nat({ max: 25 }), fc.array(attestation, { maxLength: 12 }), (size, attested) => {
        const spans = boundSpans(size, attested);
        for (let index = 0; index < size; index += 1) {
          const found = spans.filter(({ first, last }) => first <= index && index <= last);
          const expected = boundsOf(index, attested);
          const isSilent = expected.notBefore === null && expected.notAfter === null;
          expect(found.map(({ notBefore, notAfter }) => ({ notBefore: notBefore?.getTime() ?? null, notAfter: notAfter?.getTime() ?? null }))).toEqual(isSilent ? [] : [expected]);
        }
        expect(spans.every(({ first, last }) => first <= last && last < size)).toBe(true);
        expect(spans.every(({ first }, at) => at === 0 || first > spans[at - 1]!.last)).toBe(true);
      }),
    );
  });

  it('are one span for each tree that was attested, also of a hundred thousand', () => {
    const many = Array.from({ length: 100_000 }, (_, at): Attested => ({ size: at + 1, at: new Date(1_700_000_000_000 + at * 1_000), by: 'witness', name: 'w' }));
    expect(boundSpans(100_000, many)).toHaveLength(100_000);
  });
});
