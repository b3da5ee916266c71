/** What the README says is held against the code: its operations, its commands, its table of settings, its links. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { readContract } from '../../schema/artefacts';
import { TOKEN_SCOPES } from '../../schema/token-scope';
import { AUDIENCES } from '../../schema/vocabulary';
import { runCli } from '../cli/run-cli';
import { sourceFiles } from '../house/source-tree';

const ROOT = path.join(__dirname, '../..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

const operations = [...README.matchAll(/```graphql\n# (\w+)\n([\s\S]*?)```/g)].map(([, audience, document]) => ({ audience: audience!, document: document! }));

describe('an operation in the README', () => {
  it('stands there for every audience', () => {
    const shown = operations.map(({ audience }) => audience.toUpperCase());
    expect([...new Set(shown)]).toEqual([...AUDIENCES]);
  });

  it.each(operations)('is valid in the contract it names: $audience', ({ audience, document }) => {
    const name = AUDIENCES.find((known) => known.toLowerCase() === audience)!;
    const schema = buildSchema(readContract(name).apiSdl, { assumeValidSDL: true });
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});

describe('a command in the README', () => {
  const commands = [...new Set([...README.matchAll(/^\| `cession ([a-z -]+?)`/gm)].map(([, words]) => words!))];

  it('is there at all', () => expect(commands.length).toBeGreaterThan(6));

  it.each(commands)('exists: cession %s', async (words) => {
    expect((await runCli([...words.split(' '), '--help'])).exitCode).toBe(0);
  });

  it('of npm is a script of the package', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const named = [...README.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('the table of settings in the README', () => {
  const documented = [...README.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map(([, name]) => name!);
  const example = [...readFileSync(path.join(ROOT, '.env.example'), 'utf8').matchAll(/^([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);

  it('has every variable of .env.example, and no other', () => {
    expect([...documented].sort()).toEqual([...example].sort());
  });
});

describe('the list of token scopes in the README', () => {
  it('has every scope there is, with what it is for', () => {
    const documented = [...README.matchAll(/^\| `([a-z-]+:[a-z]+)` \| (.+) \|$/gm)].map(([, scope, what]) => [scope, what]);
    expect(documented).toEqual(Object.entries(TOKEN_SCOPES));
  });

  it('holds none that no room asks for, but the one that says so', () => {
    const asking = sourceFiles().filter(({ path: file }) => /^(audit|subgraphs)\//.test(file) && file !== 'subgraphs/creditors/staff-authority.ts');
    const idle = Object.keys(TOKEN_SCOPES).filter((scope) => !asking.some(({ text }) => text.includes(`'${scope}'`)));
    expect(idle).toEqual(Object.entries(TOKEN_SCOPES).filter(([, what]) => what.startsWith('nothing yet')).map(([scope]) => scope));
  });
});

describe('a link in a document', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'mappings/README.md', 'audit/FORMAT.md'];

  it.each(documents)('leads to a file that exists: %s', (document) => {
    const text = readFileSync(path.join(ROOT, document), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(path.join(ROOT, path.dirname(document), target)))).toEqual([]);
  });
});
