/**
 * The generated files kept beside the code: each room's subgraph, and each audience's contract as a supergraph and as
 * the API its clients see. Makes, reads and compares them; who calls it decides whether to write.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeContract, composeFull, type Composition, type Subgraph } from './contract';
import { tagOf } from './audience';
import { schemaFolder } from './schema-folder';
import { AUDIENCES, type Audience } from './vocabulary';

/** Relative path below the schema folder → content. */
export type Artefacts = ReadonlyMap<string, string>;

export function subgraphPath(room: string): string {
  return `subgraphs/${room}.graphql`;
}

export function contractPath(audience: Audience, part: 'supergraph' | 'api'): string {
  return `contracts/${tagOf(audience)}.${part}.graphql`;
}

/** The contract as committed; what the gateway serves. */
export function readContract(audience: Audience, folder = schemaFolder()): Composition {
  const read = (part: 'supergraph' | 'api'): string => readFileSync(join(folder, contractPath(audience, part)), 'utf8');
  return { supergraphSdl: read('supergraph'), apiSdl: read('api') };
}

/** Everything that is generated from the rooms. Composes the full graph first: rooms that do not fit fail there. */
export function makeArtefacts(subgraphs: readonly Subgraph[]): Artefacts {
  composeFull(subgraphs);
  const files = new Map<string, string>();
  for (const { name, sdl } of subgraphs) files.set(subgraphPath(name), sdl);
  for (const audience of AUDIENCES) {
    const { supergraphSdl, apiSdl } = composeContract(subgraphs, audience);
    files.set(contractPath(audience, 'supergraph'), supergraphSdl);
    files.set(contractPath(audience, 'api'), apiSdl);
  }
  return files;
}

/** The first place where a kept file is not what would be generated, in words for a person; null when all are in sync. */
export function firstDifference(artefacts: Artefacts, folder = schemaFolder()): string | null {
  for (const [path, expected] of artefacts) {
    const file = join(folder, path);
    if (!existsSync(file)) return `${path} is missing`;
    const actual = readFileSync(file, 'utf8').split('\n');
    const lines = expected.split('\n');
    const line = lines.findIndex((text, place) => text !== actual[place]);
    if (line >= 0) return `${path}, line ${line + 1}: expected ${show(lines[line])}, found ${show(actual[line])}`;
    if (actual.length > lines.length) return `${path}, line ${lines.length + 1}: expected the end, found ${show(actual[lines.length])}`;
  }
  return null;
}

function show(line: string | undefined): string {
  return line === undefined ? 'the end' : JSON.stringify(line.trim());
}
