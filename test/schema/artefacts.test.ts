/** Generated files: complete, found from source and build alike, and compared to the first difference. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeArtefacts } from '../../compose';
import { firstDifference, makeArtefacts, readContract } from '../../schema/artefacts';
import { schemaFolder } from '../../schema/schema-folder';
import { borrowersSample } from './sample/borrowers';
import { debtsSample } from './sample/debts';

const artefacts = makeArtefacts([
  { name: 'debts', sdl: debtsSample().sdl },
  { name: 'borrowers', sdl: borrowersSample().sdl },
]);

describe('the generated files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cession-artefacts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are one per room and two per audience', () => {
    expect([...artefacts.keys()].sort()).toEqual([
      'contracts/borrower.api.graphql',
      'contracts/borrower.supergraph.graphql',
      'contracts/internal.api.graphql',
      'contracts/internal.supergraph.graphql',
      'contracts/partner.api.graphql',
      'contracts/partner.supergraph.graphql',
      'contracts/regulator.api.graphql',
      'contracts/regulator.supergraph.graphql',
      'subgraphs/borrowers.graphql',
      'subgraphs/debts.graphql',
    ]);
  });

  it('are in sync once written, and read back as written', () => {
    expect(firstDifference(artefacts, folder)).toBe('subgraphs/debts.graphql is missing');
    writeArtefacts(artefacts, folder);
    expect(firstDifference(artefacts, folder)).toBeNull();
    expect(readContract('PARTNER', folder)).toEqual({
      apiSdl: artefacts.get('contracts/partner.api.graphql'),
      supergraphSdl: artefacts.get('contracts/partner.supergraph.graphql'),
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['changed', (text) => text.replace('state: SampleDebtState!', 'state: SampleDebtState'), 'expected "state: SampleDebtState! @tag(name: \\"internal\\")", found "state: SampleDebtState @tag(name: \\"internal\\")"'],
    ['cut short', (text) => text.slice(0, -2), 'found ""'],
    ['longer', (text) => `${text}scalar Extra\n`, 'expected "", found "scalar Extra"'],
  ])('are out of sync when one is %s, and the place is named', (_name, edit, expected) => {
    writeArtefacts(artefacts, folder);
    const file = join(folder, 'subgraphs/debts.graphql');
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
    const difference = firstDifference(artefacts, folder);
    expect(difference).toMatch(/^subgraphs\/debts\.graphql, line \d+: /);
    expect(difference).toContain(expected);
  });

  it('live in the project’s schema folder', () => {
    expect(basename(schemaFolder())).toBe('schema');
    expect(readFileSync(join(schemaFolder(), 'artefacts.ts'), 'utf8')).toContain('schemaFolder');
  });
});
