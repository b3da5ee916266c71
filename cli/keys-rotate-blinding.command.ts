/**
 * `cession keys rotate-blind-index`: a new key for the indexes by which identity numbers are found. Works on a hub that does not
 * run; interrupted, the same command goes on where it was, and no hub starts before it has ended.
 */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import type { PreparedConfig } from '../kernel/config';
import type { RoomDatabase } from '../kernel/database/room-database';
import { StartError } from '../kernel/start-error';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { withPreparedHub } from './prepared-hub';
import { openProgress, type Progress } from './progress';

const load = createRequire(__filename);

interface RotateChoices {
  readonly json?: true;
}

interface Rotated {
  readonly generation: number;
  readonly borrowers: number;
}

export function addKeysRotateBlindIndex(parent: Command, line: CommandLine): void {
  parent
    .command('rotate-blind-index')
    .summary('a new key for finding identity numbers')
    .description(
      'Indexes every identity number anew under the next generation of the blind-index key. Stop the hub first. An interrupted rotation goes on where it was; until it has ended no hub starts. The rotation is an entry of the ledger. A client key used before it is a conflict afterwards, because what was asked under it cannot be compared any more.',
    )
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: RotateChoices) => {
      const rotated = await withPreparedHub(line, ({ config }) => rotate(line, config));
      if (json) printJson(line.output, rotated);
      else line.output.print(`${rotated.borrowers} borrowers are found under generation ${rotated.generation} of the blind-index key. The entry follows when a hub runs on this database.`);
    });
}

async function rotate(line: CommandLine, config: PreparedConfig): Promise<Rotated> {
  const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
  const { databaseOf } = load('../kernel/room-host') as typeof import('../kernel/room-host');
  const { KEY_STORE_DATABASE } = load('../kernel/vault/key-store') as typeof import('../kernel/vault/key-store');
  const { borrowersRoom } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  const room = await openRoomDatabase(config, databaseOf(borrowersRoom));
  const keys = await openRoomDatabase(config, KEY_STORE_DATABASE);
  const progress = openProgress(line.output, 'Indexing');
  try {
    return await whileNoHubRuns(room, () => rotateUnderLease(line, config, { room, keys, progress }));
  } finally {
    progress.end();
    await Promise.all([room.close(), keys.close()]);
  }
}

/** A hub that looks for borrowers holds this lease; a hub that is started meanwhile finds the rotation under way. */
async function whileNoHubRuns<T>({ worker }: RoomDatabase, work: () => Promise<T>): Promise<T> {
  const { leaseKey } = load('../kernel/lease') as typeof import('../kernel/lease');
  const client = await worker.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [leaseKey('follower:borrowers')]);
    if (rows[0]?.held !== true) throw new StartError('A hub runs on this database.', 'Stop it: while its keys change nobody can be found.');
    return await work();
  } finally {
    // Ended with its locks, not given back with them.
    client.release(true);
  }
}

async function rotateUnderLease(line: CommandLine, config: PreparedConfig, { room, keys, progress }: { room: RoomDatabase; keys: RoomDatabase; progress: Progress }): Promise<Rotated> {
  const { beginBlindRotation, finishBlindRotation, readBlindGeneration } = load('../kernel/vault/blind-generation') as typeof import('../kernel/vault/blind-generation');
  const { openKeyStore } = load('../kernel/vault/key-store') as typeof import('../kernel/vault/key-store');
  const { deriveMasterKeys } = load('../kernel/vault/master-keys') as typeof import('../kernel/vault/master-keys');
  const { fenceGeneration, rotateBlindIndex } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  const { withWholeRooms } = load('./room-wholeness') as typeof import('./room-wholeness');
  await withWholeRooms(config, (assertWhole) => assertWhole(new Map([['borrowers', room.worker]])));
  // First where the indexes are: a process that opened the key store a moment ago, and has not asked for its lease yet, writes none from here on.
  const { current, pending } = await readBlindGeneration(keys.worker);
  const isFenced = await fenceGeneration(room.worker, pending ?? current + 1);
  if (!isFenced) throw new StartError('An import was interrupted, and its rows wait under the present key.', 'Run the same `cession import portfolio` again, then rotate.');
  const { from, to: generation } = await beginBlindRotation(keys.worker);
  const borrowers = await rotateBlindIndex({
    worker: room.worker,
    keyStore: openKeyStore(keys.worker, deriveMasterKeys(config.masterKey, from)),
    next: deriveMasterKeys(config.masterKey, generation),
    generation,
    signal: line.interruption(),
    onProgress: ({ done, total }) => progress.to(done, total),
  });
  await finishBlindRotation(keys.worker, generation);
  return { generation, borrowers };
}
