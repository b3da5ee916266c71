/** What npm installs: one graphql, federation packages of one version, exact pins, and a settings file that is complete. */
import fs from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../kernel/config';
import { importsOf, ROOT, sourceFiles } from './source-tree';

interface Manifest {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}
interface Lock {
  packages: Record<string, { version?: string; dev?: boolean }>;
}

const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
const lock = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
const direct = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };

/** Every installed copy of a package, by its place. */
function copiesOf(name: string): { place: string; version: string | undefined }[] {
  return Object.entries(lock.packages)
    .filter(([place]) => place === `node_modules/${name}` || place.endsWith(`/node_modules/${name}`))
    .map(([place, { version }]) => ({ place, version }));
}

describe('dependencies', () => {
  it('are pinned to exact versions', () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  it('are locked at the version they name', () => {
    const drifted = Object.entries(direct).filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version);
    expect(drifted).toEqual([]);
  });

  it.each(['graphql', 'typeorm', 'type-graphql', 'reflect-metadata'])('hold one copy of %s: two would not recognise each other\'s objects', (name) => {
    expect(copiesOf(name)).toHaveLength(1);
  });

  it('hold the federation packages in one version', () => {
    const federation = ['gateway', 'composition', 'subgraph', 'query-planner', 'query-graphs', 'federation-internals'];
    const versions = new Set(federation.flatMap((name) => copiesOf(`@apollo/${name}`)).map(({ version }) => version));
    expect([...versions]).toEqual([manifest.dependencies['@apollo/gateway']]);
  });

  it('that production code imports are not development dependencies', () => {
    const production = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
    const imported = sourceFiles()
      .filter((file) => !file.path.startsWith('test/'))
      .flatMap(importsOf)
      .filter(({ to, isOwn }) => !isOwn && !to.startsWith('node:'))
      .map(({ from, to }) => ({ from, name: to.split('/').slice(0, to.startsWith('@') ? 2 : 1).join('/') }));
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter(({ name }) => !production.has(name))).toEqual([]);
  });
});

describe('.env.example', () => {
  const text = fs.readFileSync(path.join(ROOT, '.env.example'), 'utf8');
  const assigned = Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));

  it('states the defaults: with it or without it the hub is the same', () => {
    expect(loadConfig(assigned)).toEqual(loadConfig({}));
  });

  it('names every variable that config.ts reads', () => {
    const source = fs.readFileSync(path.join(ROOT, 'kernel/config.ts'), 'utf8');
    const read = [...source.matchAll(/from\.\w+\('([A-Z_]+)'/g)].map((match) => match[1] ?? '');
    expect(read.length).toBeGreaterThan(15);
    expect(read.filter((name) => !(name in assigned))).toEqual([]);
  });
});
