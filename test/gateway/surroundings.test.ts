/** What the gateway relies on around it: no report to anyone, one graphql, one version of the federation libraries. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as telemetry from '@apollo/gateway/dist/utilities/opentelemetry';
import { buildSchema, parse, validate } from 'graphql';
import { examplesOf } from '../../gateway/example-operations';
import { DEFAULT_DOCUMENT_LIMITS, documentCheck } from '../../gateway/operation-limits';
import { loadConfig } from '../../kernel/config';
import { contractPath, readContract } from '../../schema/artefacts';
import { schemaFolder } from '../../schema/schema-folder';
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
    const exporter = jest.spyOn(telemetry, 'createDataCollectionExporter');
    const sample = await openSample();
    await sample.stop();
    expect(exporter).not.toHaveBeenCalled();
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

  for (const audience of AUDIENCES) {
    const isComposed = existsSync(path.join(schemaFolder(), contractPath(audience, 'api')));
    const claim = `is valid in the contract of ${audience}`;
    (isComposed ? it : it.skip)(isComposed ? claim : `${claim} (not composed yet: npm run compose)`, () => {
      const contract = buildSchema(readContract(audience).apiSdl);
      for (const { query, variables } of examplesOf(audience)) {
        expect(validate(contract, parse(query))).toEqual([]);
        expect(() => JSON.parse(variables ?? 'null') as unknown).not.toThrow();
      }
    });
  }
});
