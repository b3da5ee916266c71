/** What the gateway relies on around it: no report to anyone, one graphql, one version of the federation libraries. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { examplesOf } from '../../gateway/example-operations';
import { DEFAULT_DOCUMENT_LIMITS, documentCheck } from '../../gateway/operation-limits';
import { loadConfig } from '../../kernel/config';
import { contractPath, readContract, schemaFolder } from '../../schema/artefacts';
import { AUDIENCES } from '../../schema/vocabulary';
import { openSample } from './open-sample';

const root = path.join(__dirname, '../..');

/** Every folder of that package below node_modules, however deep. */
function copiesOf(name: string, folder = path.join(root, 'node_modules')): string[] {
  if (!existsSync(folder)) return [];
  const own = path.join(folder, name, 'package.json');
  const packages = readdirSync(folder).flatMap((entry) => (entry.startsWith('@') ? readdirSync(path.join(folder, entry)).map((scoped) => `${entry}/${scoped}`) : [entry]));
  return [...(existsSync(own) ? [own] : []), ...packages.flatMap((entry) => copiesOf(name, path.join(folder, entry, 'node_modules')))];
}

const versionOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;

describe('the gateway', () => {
  it('reports to nobody outside', async () => {
    const before = process.env['APOLLO_TELEMETRY_DISABLED'];
    delete process.env['APOLLO_TELEMETRY_DISABLED'];
    const sample = await openSample();
    expect(process.env['APOLLO_TELEMETRY_DISABLED']).toBe('1');
    await sample.stop();
    if (before !== undefined) process.env['APOLLO_TELEMETRY_DISABLED'] = before;
  });

  it('shares one graphql with everything else', () => {
    expect(copiesOf('graphql')).toHaveLength(1);
  });

  // With two versions side by side the hub starts, and then every query fails inside the planner.
  it.each(['@apollo/gateway', '@apollo/composition', '@apollo/subgraph', '@apollo/query-planner', '@apollo/query-graphs', '@apollo/federation-internals'])('has one copy of %s, of the pinned version', (name) => {
    expect(copiesOf(name).map(versionOf)).toEqual(['2.14.4']);
  });
});

describe('an example of the console', () => {
  it.each(AUDIENCES)('is within the limits for %s', (audience) => {
    const { depth, rootFields } = loadConfig({}).limits;
    const check = documentCheck({ ...DEFAULT_DOCUMENT_LIMITS, depth, rootFields });
    for (const { query } of examplesOf(audience)) expect(() => check(query)).not.toThrow();
  });

  it.each(AUDIENCES)('is valid in the contract of %s', (audience) => {
    if (!existsSync(path.join(schemaFolder(), contractPath(audience, 'api')))) {
      process.stdout.write(`skipped: the contract of ${audience} is not composed yet\n`);
      return;
    }
    const contract = buildSchema(readContract(audience).apiSdl);
    for (const { query, variables } of examplesOf(audience)) {
      expect(validate(contract, parse(query))).toEqual([]);
      expect(() => JSON.parse(variables ?? 'null') as unknown).not.toThrow();
    }
  });
});
