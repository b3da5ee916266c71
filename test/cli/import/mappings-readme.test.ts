/** Runs every example of the page on mapping files. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openCsv } from '../../../cli/import/csv-records';
import { OPERATORS } from '../../../cli/import/expression';
import { parseMapping } from '../../../cli/import/mapping';

const FOLDER = path.join(__dirname, '../../../mappings');
const PAGE = fs.readFileSync(path.join(FOLDER, 'README.md'), 'utf8');

function blocks(kind: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)\`\`\``, 'gms'))].map((match) => match[1]!);
}

interface Example {
  readonly row: Record<string, string>;
  readonly expression: unknown;
  readonly gives?: string;
  readonly rejects?: string;
}

const EXAMPLES = blocks('json example').map((text) => JSON.parse(text) as Example);

/** The expression as the reference of a debt, in a mapping whose columns are those of the example. */
function tryOut({ row, expression }: Example): Pick<Example, 'gives' | 'rejects'> {
  const columns = [...Object.keys(row), 'unused'];
  const debt = { reference: expression, product: 'A', region: 'A', currency: 'CNY', asOf: '2026-10-31', daysPastDue: 0, components: { principal: 1 } };
  const mapping = parseMapping(JSON.stringify({ mapping: 1, title: 'An example', csv: { columns }, borrower: { name: 'Synthetic' }, debt }));
  const outcome = mapping.outcomeOf([...Object.values(row), ''], 1);
  return outcome.kind === 'accepted' ? { gives: outcome.row.debt.reference } : { rejects: outcome.reason };
}

describe('the page on mapping files', () => {
  it.each(EXAMPLES.map((example): [string, Example] => [JSON.stringify(example.expression), example]))('says what %s does', (_text, example) => {
    const { gives, rejects } = example;
    expect(tryOut(example)).toEqual(gives === undefined ? { rejects } : { gives });
  });

  it('has an example of every operator', () => {
    const shown = JSON.stringify(EXAMPLES.map(({ expression }) => expression)) + blocks('json mapping').join('');
    expect(Object.keys(OPERATORS).filter((name) => !shown.includes(`"${name}":`))).toEqual([]);
  });

  it('shows a whole file that does with its rows what it says', async () => {
    const mapping = parseMapping(blocks('json mapping')[0]!);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cession-readme-'));
    const file = path.join(folder, 'rows.csv');
    fs.writeFileSync(file, blocks('csv')[0]!);
    const outcomes = [];
    for await (const { cells, rowNo } of openCsv(file, mapping.csv).records) outcomes.push(mapping.outcomeOf(cells, rowNo));
    fs.rmSync(folder, { recursive: true });
    expect(outcomes).toMatchObject([
      { kind: 'accepted', row: { debt: { reference: 'CARD-1', components: { principal: 123_450 }, daysPastDue: 60, payments: [] } } },
      { kind: 'skipped', reason: 'NOT_OVERDUE' },
      { kind: 'rejected', reason: 'WITHOUT_IDENTITY' },
    ]);
  });

  it.each(fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json')))('names %s, which is a mapping', (name) => {
    expect(PAGE).toContain(`\`${name}\``);
    expect(() => parseMapping(fs.readFileSync(path.join(FOLDER, name), 'utf8'))).not.toThrow();
  });
});
