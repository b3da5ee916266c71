/**
 * A hub's database, opened for one command and left as it was found: started when it was not running, adopted when it was.
 * Everything below it is loaded only here, so that commands without a hub start at once.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Pool } from 'pg';
import type { PreparedHub } from '../hub';
import type { Config, PreparedConfig } from '../kernel/config';
import type { DatabaseDefinition } from '../kernel/database/definition';
import { exists } from '../kernel/home';
import { StartError } from '../kernel/start-error';
import type { Diagnostics } from '../kernel/diagnostics';
import type { ImportTools } from './import/import-portfolio';
import type { CommandLine } from './command-line';
import { withWholeRooms, type AssertWhole } from './room-wholeness';

const load = createRequire(__filename);

/** What an embedded database leaves in its home. */
const DATABASE_PLACE = 'database.json';

export function openCommandDiagnostics(config: Config): Diagnostics {
  const { openDiagnostics } = load('../kernel/diagnostics') as typeof import('../kernel/diagnostics');
  return openDiagnostics(config.logLevel);
}

/** A command that reads a hub must not make an empty one by mistyping its home. */
export async function refuseAbsentHub({ home, database }: Config): Promise<void> {
  if (database.url !== null || (await exists(path.join(home, DATABASE_PLACE)))) return;
  throw new StartError(`There is no hub in ${home}.`, 'Start one with `cession start`, or set CESSION_HOME or DATABASE_URL to those of the hub you mean.');
}

export interface PrepareOptions {
  /** `cession init` may be the first command ever. */
  readonly mayCreate?: boolean;
}

export async function withPreparedHub<T>(line: CommandLine, work: (prepared: PreparedHub) => Promise<T>, { mayCreate = false }: PrepareOptions = {}): Promise<T> {
  const config = line.loadConfig();
  if (!mayCreate) await refuseAbsentHub(config);
  const interruption = line.interruption();
  const { prepareHub } = load('../hub') as typeof import('../hub');
  const prepared = await prepareHub(config, openCommandDiagnostics(config));
  try {
    return await untilInterrupted(interruption, () => work(prepared));
  } finally {
    await prepared.stop();
  }
}

/**
 * Ends the wait for work that knows no signal, so that a database started for it can be stopped. What is given up may end in
 * any way: everything a command does beside a hub can be killed at any moment.
 */
async function untilInterrupted<T>(interruption: AbortSignal, work: () => Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const interrupted = new Promise<never>((_resolve, reject) => {
    interruption.addEventListener('abort', () => reject(interruption.reason as Error), { once: true });
  });
  interrupted.catch(() => undefined);
  const working = work();
  working.catch(() => undefined);
  return Promise.race([working, interrupted]);
}

export interface RoomWorkers {
  /** The creditors room's worker. */
  readonly creditors: Pool;
  /** Throws RoomBehind when that room may not be written into. */
  readonly assertCreditorsWhole: () => Promise<void>;
  readonly importing: ImportTools;
}

/** The keys are looked for at the first question only: that one reads all borrowers. */
function importGate(assertWhole: AssertWhole, { borrowers, debts, keyStore }: Omit<ImportTools, 'assertWhole'>): () => Promise<void> {
  const { keysMissing } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  let keys: Promise<string | null> | null = null;
  return async () => {
    await assertWhole(new Map([['borrowers', borrowers], ['debts', debts]]));
    if ((await (keys ??= keysMissing(borrowers, keyStore))) === null) return;
    throw new StartError('The key store is older than the borrowers room: keys of its newest borrowers are not in it.', 'Restore a later backup of the key store; `cession doctor` says what is missing.');
  };
}

/** The worker pools a bootstrap and an import need. Whoever has the hub's keys has these; no row scope binds them. */
export async function withRoomWorkers<T>(config: PreparedConfig, work: (workers: RoomWorkers) => Promise<T>): Promise<T> {
  const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
  const { openKeyStoreRoom } = load('../kernel/key-store-room') as typeof import('../kernel/key-store-room');
  const { databaseOf } = load('../kernel/room-host') as typeof import('../kernel/room-host');
  const { creditorsRoom } = load('../subgraphs/creditors/subgraph') as typeof import('../subgraphs/creditors/subgraph');
  const { borrowersRoom } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  const { debtsRoom } = load('../subgraphs/debts/subgraph') as typeof import('../subgraphs/debts/subgraph');
  const closing: (() => Promise<void>)[] = [];
  const open = async (definition: DatabaseDefinition): Promise<Pool> => {
    const database = await openRoomDatabase(config, definition);
    closing.push(() => database.close());
    return database.worker;
  };
  try {
    const creditors = await open(databaseOf(creditorsRoom));
    const borrowers = await open(databaseOf(borrowersRoom));
    const debts = await open(databaseOf(debtsRoom));
    const keyStore = await openKeyStoreRoom(config);
    closing.push(() => keyStore.close());
    return await withWholeRooms(config, (assertWhole) => {
      const importing = { borrowers, debts, keyStore: keyStore.keyStore, assertWhole: importGate(assertWhole, { borrowers, debts, keyStore: keyStore.keyStore }) };
      return work({ creditors, assertCreditorsWhole: () => assertWhole(new Map([['creditors', creditors]])), importing });
    });
  } finally {
    await Promise.all(closing.map((close) => close()));
  }
}
