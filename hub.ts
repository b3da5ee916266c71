/**
 * The composition root: the whole hub in one process, or gateway and rooms as processes of their own. Knows every room by
 * name so that nothing else has to; decides nothing about debts, rights or evidence.
 */
import 'reflect-metadata';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { AUDIT_DATABASE, createLedger, latestCheckpoint, openAuditRoom, openLedgerSigner, placeFaults, readHead, type LedgerSigner } from './audit/subgraph';
import { openGateway } from './gateway/gateway';
import type { Config, PreparedConfig } from './kernel/config';
import { gatewayCredentials } from './kernel/credentials';
import type { Durability } from './kernel/database/embedded-server';
import type { DatabaseDefinition } from './kernel/database/definition';
import { migrateRoom } from './kernel/database/migrate';
import { openRoomDatabase } from './kernel/database/room-database';
import { startDatabaseServer } from './kernel/database/server';
import type { Diagnostics } from './kernel/diagnostics';
import { openKeyStoreRoom } from './kernel/key-store-room';
import { openMetrics } from './kernel/metrics';
import type { ServingMessage } from './kernel/run-process';
import { databaseOf, openRoom, type OpenRoom, type RoomDefinition } from './kernel/room-host';
import { measureRooms } from './kernel/room-metrics';
import { readRoomPlace } from './kernel/room-place';
import { StartError } from './kernel/start-error';
import { KEY_STORE_DATABASE } from './kernel/vault/key-store';
import { agenciesRoom } from './subgraphs/agencies/subgraph';
import { borrowersRoom } from './subgraphs/borrowers/subgraph';
import { creditorsRoom } from './subgraphs/creditors/subgraph';
import { debtsRoom } from './subgraphs/debts/subgraph';

const ROOM_DEFINITIONS: readonly RoomDefinition[] = [creditorsRoom, debtsRoom, agenciesRoom, borrowersRoom];

/** Everything that is migrated before anything is opened. */
export const HUB_DATABASES: readonly DatabaseDefinition[] = [KEY_STORE_DATABASE, AUDIT_DATABASE, ...ROOM_DEFINITIONS.map(databaseOf)];

export interface PreparedHub {
  readonly config: PreparedConfig;
  readonly signer: LedgerSigner;
  /** The ledger was created by this very start: there is no creditor, no operator and no debt yet. */
  readonly firstStart: boolean;
  stop(): Promise<void>;
}

export interface Hub {
  readonly url: string;
  readonly rooms: readonly OpenRoom[];
  stop(): Promise<void>;
}

/** Database, roles, migrations, and on the very first start the ledger. Nothing serves yet. */
export async function prepareHub(given: Config, diagnostics: Diagnostics, options: { durability?: Durability } = {}): Promise<PreparedHub> {
  const server = await startDatabaseServer(given, options.durability);
  try {
    const { config } = server;
    for (const definition of HUB_DATABASES) {
      const migrations = await migrateRoom(config, definition);
      if (migrations.length > 0) diagnostics.info({ room: definition.room, migrations }, 'the database was migrated');
    }
    const { signer, created } = await ensureLedger(config, diagnostics);
    return { config, signer, firstStart: created, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * A log begins exactly once, before anything was ever said. Where a room has followed or sent entries and the log is gone,
 * it was lost, and a new one in its place would be a forgery.
 */
async function ensureLedger(config: PreparedConfig, diagnostics: Diagnostics): Promise<{ signer: LedgerSigner; created: boolean }> {
  const audit = await openRoomDatabase(config, AUDIT_DATABASE);
  try {
    const exists = (await readHead(audit.worker)) !== null;
    const signer = await openLedgerSigner(config, !exists);
    if (exists) return { signer, created: false };
    for (const definition of ROOM_DEFINITIONS) await refuseUsedRoom(config, definition);
    await createLedger(audit.worker, { origin: config.ledger.origin, vkey: signer.vkey, now: new Date() });
    diagnostics.info({ origin: config.ledger.origin }, 'the ledger was created');
    return { signer, created: true };
  } finally {
    await audit.close();
  }
}

async function refuseUsedRoom(config: PreparedConfig, definition: RoomDefinition): Promise<void> {
  const database = await openRoomDatabase(config, databaseOf(definition));
  try {
    const { rows } = await database.worker.query<{ used: boolean }>(
      'select exists (select 1 from follower where next_index > 0) or exists (select 1 from relay where last_seq > 0) as used',
    );
    if (!rows[0]!.used) return;
  } finally {
    await database.close();
  }
  throw new StartError(`The ledger is missing, but the ${definition.name} room has worked with one.`, 'Restore the audit database from its backup; a new ledger in its place would hide what happened.');
}

/**
 * A ledger that was restored from an older copy would give other entries the numbers that rooms have receipts for, and sign them:
 * a fork. So nothing begins to write while it lacks what a room knows to be in it, or what was signed.
 */
async function refuseOlderLedger(config: PreparedConfig): Promise<void> {
  const remedy = 'Restore a later backup of the audit database; `cession doctor` says what is missing.';
  const audit = await openRoomDatabase(config, AUDIT_DATABASE);
  try {
    const signed = await latestCheckpoint(audit.worker);
    if (signed !== null && signed.size > ((await readHead(audit.worker))?.size ?? 0)) throw new StartError(`The ledger lacks entries that a checkpoint of size ${signed.size} covers.`, remedy);
    for (const definition of ROOM_DEFINITIONS) {
      const database = await openRoomDatabase(config, databaseOf(definition));
      try {
        const [fault] = await placeFaults(audit.worker, definition.name, await readRoomPlace(database.worker));
        if (fault !== undefined) throw new StartError(`The ledger is not the one that the ${definition.name} room knows: it lacks ${fault.what} [${fault.code}].`, remedy);
      } finally {
        await database.close();
      }
    }
  } finally {
    await audit.close();
  }
}

/** Every room, the ledger's writer and the gateway in this process. */
export async function startHub(prepared: PreparedHub, diagnostics: Diagnostics): Promise<Hub> {
  const { config } = prepared;
  await refuseOlderLedger(config);
  const keyStore = await openKeyStoreRoom(config);
  const metrics = openMetrics();
  const audit = await openAuditRoom({ config, signer: prepared.signer, keyStore: keyStore.keyStore, diagnostics, metrics });
  const rooms: OpenRoom[] = [];
  for (const definition of ROOM_DEFINITIONS) {
    rooms.push(await openRoom(definition, { config, ledger: audit.ledger.ledgerFor(definition.name), keyStore: keyStore.keyStore, diagnostics }));
  }
  const all = [...rooms, audit.room];
  measureRooms(metrics.registry, all);
  const { tokens } = await gatewayCredentials(config);
  const gateway = await openGateway({
    config,
    rooms: Object.fromEntries(all.map((room) => [room.name, room])),
    tokens,
    diagnostics,
    metrics,
    routes: audit.routes,
  });
  return {
    url: gateway.url,
    rooms: all,
    async stop() {
      await gateway.stop();
      await Promise.all(rooms.map((room) => room.stop()));
      await audit.stop();
      await keyStore.close();
    },
  };
}

/** In the order they can become ready: the ledger before its followers, the rooms before the gateway. */
const PROCESSES = ['audit/main.js', ...ROOM_DEFINITIONS.map(({ name }) => `subgraphs/${name}/main.js`), 'gateway/main.js'];
/** A process that has not ended by then is stuck; what it acknowledged is durable, so it may be killed. */
const STOP_MS = 15_000;

export interface RunningProcesses {
  readonly url: string;
  /** By the file each runs, e.g. `audit/main.js`. */
  readonly pids: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export interface ProcessSurroundings {
  /** Their configuration: of the same hub as the prepared one. */
  readonly env: NodeJS.ProcessEnv;
  readonly onEnded: (name: string) => void;
}

/**
 * Gateway and each room as its own process over HTTP. Resolves when all serve; when one ends by itself the others are stopped
 * too and `onEnded` is told, for half a hub answers nobody.
 */
export async function startProcesses({ config }: PreparedHub, diagnostics: Diagnostics, { env, onEnded }: ProcessSurroundings): Promise<RunningProcesses> {
  await refuseOlderLedger(config);
  const children: ChildProcess[] = [];
  let url = '';
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= stopAll([...children].reverse()));
  try {
    for (const name of PROCESSES) {
      const child = fork(path.join(compiledRoot(), name), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      children.push(child);
      child.once('exit', () => {
        if (stopping !== null) return;
        diagnostics.error({ process: name }, 'a process of the hub ended by itself');
        void stop().then(() => onEnded(name));
      });
      // The last one is the gateway.
      url = await servingAt(child, name);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const pids = new Map(PROCESSES.map((name, at) => [name, children[at]!.pid!]));
  return { url, pids, stop };
}

/** Where the compiled files are, also for callers that run the sources. */
function compiledRoot(): string {
  return path.basename(__dirname) === 'dist' ? __dirname : path.join(__dirname, 'dist');
}

/** The address a process tells when it serves. */
async function servingAt(child: ChildProcess, name: string): Promise<string> {
  const ended = once(child, 'exit').then(() => {
    throw new StartError(`The process ${name} ended before it was ready.`, 'Its own lines above say why.');
  });
  const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [ServingMessage];
  return url;
}

async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}
