/** The import rule: rooms depend downward only, a room is entered by its one door, the verifier's core stands alone. */
import { importsOf, sourceFiles, type Import } from './source-tree';

const files = sourceFiles();
const imports = files.flatMap(importsOf);

/** From the bottom up; a layer may import itself and what is below. Rooms of one layer never import each other. */
const LAYERS = ['audit/log', 'schema', 'kernel', 'room', 'composition', 'test'] as const;
type Layer = (typeof LAYERS)[number];

const DOORS: Record<string, string[]> = {
  gateway: ['gateway/gateway'],
  audit: ['audit/subgraph'],
  'subgraphs/creditors': ['subgraphs/creditors/subgraph'],
  'subgraphs/debts': ['subgraphs/debts/subgraph'],
  'subgraphs/agencies': ['subgraphs/agencies/subgraph'],
  'subgraphs/borrowers': ['subgraphs/borrowers/subgraph'],
};

/** The offline verifier and the tile writer are commands, but what they check lives in the audit room's pure parts. */
const OPEN_PARTS = ['audit/access/', 'audit/log/', 'audit/bundle/', 'audit/time/', 'audit/export/', 'audit/report/'];

function layerOf(file: string): Layer {
  if (file.startsWith('audit/log/')) return 'audit/log';
  const top = file.split('/')[0] ?? '';
  if (top === 'schema' || top === 'kernel' || top === 'test') return top;
  if (top === 'gateway' || top === 'subgraphs' || top === 'audit') return 'room';
  return 'composition';
}

function roomOf(file: string): string | null {
  if (layerOf(file) !== 'room') return null;
  return file.startsWith('subgraphs/') ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? null);
}

function problemsWith({ from, to, isOwn }: Import): string[] {
  if (!isOwn) return [];
  const [source, target] = [layerOf(from), layerOf(`${to}.ts`)];
  const problems: string[] = [];
  if (LAYERS.indexOf(target) > LAYERS.indexOf(source)) problems.push(`${from} imports upward: ${to}`);
  const [sourceRoom, targetRoom] = [roomOf(from), roomOf(`${to}.ts`)];
  if (sourceRoom && targetRoom && sourceRoom !== targetRoom) problems.push(`${from} imports another room: ${to}`);
  const entersRoom = source === 'composition' && targetRoom !== null && !OPEN_PARTS.some((part) => to.startsWith(part));
  if (entersRoom && !DOORS[targetRoom]?.includes(to)) problems.push(`${from} enters ${targetRoom} by another way than its door: ${to}`);
  return problems;
}

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(imports).toContainEqual({ from: 'kernel/config.ts', to: 'kernel/secret', isOwn: true });
  });

  it('go downward, never into another room, and into a room only by its door', () => {
    expect(imports.flatMap(problemsWith)).toEqual([]);
  });

  it('of audit/log are only node:crypto: whoever verifies needs nothing else', () => {
    const outside = imports.filter(({ from, to, isOwn }) => from.startsWith('audit/log/') && !(isOwn ? to.startsWith('audit/log/') : /^node:(crypto|buffer)$/.test(to)));
    expect(outside).toEqual([]);
  });

  it.each([
    [{ from: 'audit/log/tree.ts', to: 'kernel/config', isOwn: true }, 'upward'],
    [{ from: 'subgraphs/debts/debt.resolver.ts', to: 'subgraphs/creditors/creditor', isOwn: true }, 'another room'],
    [{ from: 'gateway/server.ts', to: 'audit/subgraph', isOwn: true }, 'another room'],
    [{ from: 'hub.ts', to: 'subgraphs/debts/debt.row', isOwn: true }, 'another way than its door'],
  ])('that break the rule would be told: %j', (broken, expected) => {
    expect(problemsWith(broken).join()).toContain(expected);
  });
});

describe('the environment', () => {
  /** jest gives its workers nothing but the environment. */
  const EXCEPTIONS = ['kernel/config.ts', 'test/support/test-run.ts', 'test/house/imports.test.ts'];

  it('is read in kernel/config.ts only', () => {
    const readers = files.filter(({ path, text }) => /process\s*\.\s*env|process\['env'\]/.test(text) && !EXCEPTIONS.includes(path));
    expect(readers.map(({ path }) => path)).toEqual([]);
  });
});
