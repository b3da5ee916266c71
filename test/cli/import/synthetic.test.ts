/** Synthetic people: the same for a seed, and never to be taken for real ones. */
import { synthesise, SYNTHETIC_KINDS } from '../../../cli/import/synthetic';

describe('a synthetic person', () => {
  it('is the same for the same seed and key', () => {
    for (const kind of SYNTHETIC_KINDS) expect(synthesise(kind, 'seed', '42')).toBe(synthesise(kind, 'seed', '42'));
  });

  it('has an identity number of its own for every key and every seed', () => {
    const numbers = new Set<string>();
    for (let key = 0; key < 10_000; key += 1) for (const seed of ['one', 'two']) numbers.add(synthesise('nationalId', seed, String(key)));
    expect(numbers.size).toBe(20_000);
  });

  it.each<[(typeof SYNTHETIC_KINDS)[number], RegExp]>([
    ['name', /^Synthetic 000042$/],
    ['nationalId', /^SYN\d{12}$/],
    ['phone', /^\+120255501\d{6}$/],
    ['email', /^synthetic\.000042@example\.invalid$/],
    ['address', /Synthetic City 000042$/],
    ['employer', /^Synthetic [A-Z][a-z]+ Ltd$/],
  ])('can be told from a real one by the %s', (kind, pattern) => {
    expect(synthesise(kind, 'seed', '42')).toMatch(pattern);
  });
});
