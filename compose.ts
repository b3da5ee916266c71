/**
 * Regenerates the committed artefacts below schema/ from the rooms' doors; with `--check` only compares them, and names
 * the first difference. Starts no room and opens no database.
 */
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { firstDifference, makeArtefacts, type Artefacts } from './schema/artefacts';
import type { Subgraph } from './schema/contract';
import { schemaFolder } from './schema/schema-folder';
import type { RoomSchema } from './schema/subgraph-schema';
import { ROOMS, type RoomName } from './schema/vocabulary';

interface RoomDoor {
  subgraphSchema(): RoomSchema;
}

const load = createRequire(__filename);

const DOORS: Readonly<Record<RoomName, string>> = {
  creditors: './subgraphs/creditors/subgraph',
  debts: './subgraphs/debts/subgraph',
  agencies: './subgraphs/agencies/subgraph',
  borrowers: './subgraphs/borrowers/subgraph',
  audit: './audit/subgraph',
};

export function roomSchema(room: RoomName): RoomSchema {
  return (load(DOORS[room]) as RoomDoor).subgraphSchema();
}

/** Every room's subgraph, in the order of the vocabulary. */
export function roomSubgraphs(): Subgraph[] {
  return ROOMS.map((name) => ({ name, sdl: roomSchema(name).sdl }));
}

export function writeArtefacts(artefacts: Artefacts, folder = schemaFolder()): void {
  for (const [path, content] of artefacts) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** The exit code: 0 in sync or written, 1 out of sync. */
export function compose(options: { check: boolean; write: (line: string) => void }): number {
  const artefacts = makeArtefacts(roomSubgraphs());
  if (!options.check) {
    writeArtefacts(artefacts);
    options.write(`${artefacts.size} files written below ${schemaFolder()}`);
    return 0;
  }
  const difference = firstDifference(artefacts);
  options.write(difference === null ? `${artefacts.size} files in sync` : `schema/${difference}. Run: npm run compose`);
  return difference === null ? 0 : 1;
}

if (require.main === module) {
  process.exitCode = compose({ check: process.argv.includes('--check'), write: (line) => process.stdout.write(`${line}\n`) });
}
