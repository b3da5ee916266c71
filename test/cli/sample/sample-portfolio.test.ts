/** The generated sample: reproducible, of the right mix, and accepted whole by its own mapping. */
import fs from 'node:fs';
import { parseMapping } from '../../../cli/import/mapping';
import { sampleMappingFile } from '../../../cli/sample/import-sample';
import { delayCounts, generateSample, SAMPLE_COLUMNS } from '../../../cli/sample/sample-portfolio';

const rowsOf = (seed: string, debts: number) => [...generateSample({ seed, debts })].slice(1).map((line) => line.trimEnd().split(','));

describe('the sample portfolio', () => {
  it('is the same for the same seed, and another for another', () => {
    expect([...generateSample({ seed: 'a', debts: 50 })]).toEqual([...generateSample({ seed: 'a', debts: 50 })]);
    expect([...generateSample({ seed: 'a', debts: 50 })]).not.toEqual([...generateSample({ seed: 'b', debts: 50 })]);
  });

  it('has the delays of the published file in its own size', () => {
    expect(delayCounts(5_129)).toEqual([1_999, 2_667, 322, 76, 26, 11, 9, 19]);
    expect(delayCounts(2_000)).toEqual([779, 1_040, 126, 30, 10, 4, 4, 7]);
    const counts = new Map<string, number>();
    for (const cells of rowsOf('any', 2_000)) counts.set(cells[6]!, (counts.get(cells[6]!) ?? 0) + 1);
    expect([...counts].sort()).toEqual(delayCounts(2_000).map((count, at) => [String(at + 1), count]));
  });

  it.each([0, 1, 7, 100, 2_000])('of %i debts gives exactly so many by its mapping', (debts) => {
    const mapping = parseMapping(fs.readFileSync(sampleMappingFile(), 'utf8'));
    expect(mapping.csv.columns).toEqual(SAMPLE_COLUMNS);
    const outcomes = rowsOf('any', debts).map((cells, at) => mapping.outcomeOf(cells, at + 1));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(debts);
    expect(outcomes).toHaveLength(debts);
  });

  it('writes round amounts as spreadsheets do, so that the importer is shown the trap', () => {
    const cells = rowsOf('any', 2_000).flat();
    expect(cells.filter((cell) => /^\d\.\d\dE\+05$/.test(cell)).length).toBeGreaterThan(50);
    expect(cells.filter((cell) => /^[1-9]00000$/.test(cell))).toEqual([]);
  });
});
