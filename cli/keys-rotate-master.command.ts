/**
 * `cession keys rotate-master`: a new master key in the place of the one in force. Works on a hub that does not run; interrupted,
 * the same command goes on where it was, and no hub starts before it has ended. Never prints a key.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { DATABASE_ROOMS, MASTER_KEY_BYTES, freezeDeep, type Config, type DatabaseRoom, type PreparedConfig } from '../kernel/config';
import { createPrivateFile, replacePrivateFile } from '../kernel/home';
import { MASTER_KEY_FILE, masterKeyFingerprint } from '../kernel/keys';
import { Secret } from '../kernel/secret';
import { StartError } from '../kernel/start-error';
import type { MasterRotationEnded } from '../kernel/vault/master-rotation';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { refuseAbsentHub } from './prepared-hub';
import { openProgress } from './progress';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

/** Made once, under this name until it is in force: an interrupted rotation goes on with the same key. */
const NEXT_KEY_FILE = 'master.next.key';
const BLIND_ADVICE = 'If others may know the old key, run `cession keys rotate-blind-index` too: the indexes of identity numbers still come from it.';

interface RotateChoices {
  readonly newKey?: string;
  readonly json?: true;
}

interface Rotated extends MasterRotationEnded {
  /** What the operator has to do before the next start. */
  readonly next: string;
}

export function addKeysRotateMaster(parent: Command, line: CommandLine): void {
  parent
    .command('rotate-master')
    .summary('a new master key')
    .description(
      "Wraps every borrower's key by a new master key and makes database logins for it; then the old one opens nothing. Stop the hub first, and have the old key configured. An interrupted rotation goes on where it was; until it has ended no hub starts. The rotation is an entry of the ledger. Backups made before it open under the old key only: keep that as long as they live. Other hubs on the same PostgreSQL server are not touched: each master key has logins of its own, and those of the old one stay while another hub is at work with them, which is said.",
    )
    .option('--new-key <file>', 'the new key: a file with 32 bytes in base64 (openssl rand -base64 32); needed when CESSION_MASTER_KEY is set')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nWithout --new-key, one is made in the home folder, if that is where the old one is.')
    .action(async ({ newKey, json }: RotateChoices) => {
      const { rotation, keys, sharedWith, next } = await rotate(line, newKey);
      if (json) return printJson(line.output, { rotation, keys, sharedWith });
      for (const database of sharedWith) line.output.print(`Another hub is at work under the old key, in the database ${database}: the old database logins stay until its key is rotated too.`);
      line.output.print(`${keys} borrowers' keys are wrapped by the new master key. The entry follows when a hub runs on this database.\n→ ${next}\n→ ${BLIND_ADVICE}`);
    });
}

async function rotate(line: CommandLine, newKey: string | undefined): Promise<Rotated> {
  const config = line.loadConfig();
  await refuseAbsentHub(config);
  if (config.masterKey !== null && newKey === undefined) throw new UsageError('The old key comes from CESSION_MASTER_KEY, so the new one is not made here.', 'Give it with --new-key.');
  const { startDatabaseServer } = load('../kernel/database/server') as typeof import('../kernel/database/server');
  const server = await startDatabaseServer(config);
  try {
    const pools = openAdminPools(server.config);
    try {
      return await whileNoHubRuns(pools.borrowers, async () => {
        await refuseConnectedProcesses(server.config, pools);
        return rotateWith(line, { from: server.config, pools, newKey });
      });
    } finally {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    }
  } finally {
    await server.stop();
  }
}

/** The administrator's, since the roles' own passwords change on the way. */
function openAdminPools(config: PreparedConfig): Record<DatabaseRoom, Pool> {
  const { openAdminPool } = load('../kernel/database/admin-pool') as typeof import('../kernel/database/admin-pool');
  return Object.fromEntries(DATABASE_ROOMS.map((room) => [room, openAdminPool(config, room)])) as Record<DatabaseRoom, Pool>;
}

/** A hub that looks for borrowers holds this lease; a hub that is started meanwhile finds the rotation under way. */
async function whileNoHubRuns<T>(borrowers: Pool, work: () => Promise<T>): Promise<T> {
  const { leaseKey } = load('../kernel/lease') as typeof import('../kernel/lease');
  const client = await borrowers.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [leaseKey('follower:borrowers')]);
    if (rows[0]?.held !== true) throw new StartError('A hub runs on this database.', 'Stop it: its keys and database logins change.');
    return await work();
  } finally {
    client.release(true);
  }
}

/** A process that ended a moment ago is connected for some milliseconds more. */
const GOODBYE_MS = 2_000;
const GOODBYE_POLL_MS = 50;

/** Another process of the same hub would lose its database in the middle of its work; who asks for none of the hub's leases is found here. */
async function refuseConnectedProcesses(config: PreparedConfig, pools: Record<DatabaseRoom, Pool>): Promise<void> {
  const { processesConnected } = load('../kernel/database/logins') as typeof import('../kernel/database/logins');
  for (const until = Date.now() + GOODBYE_MS; ; await pause(GOODBYE_POLL_MS)) {
    const names = (await Promise.all(DATABASE_ROOMS.map((room) => processesConnected(pools[room], config, room)))).flat();
    if (names.length === 0) return;
    if (Date.now() > until) throw new StartError(`Processes of this hub are connected to its database: ${[...new Set(names)].sort().join(', ')}.`, 'Stop every process of the hub on every machine: its keys and database logins change.');
  }
}

interface Means {
  readonly from: PreparedConfig;
  readonly pools: Record<DatabaseRoom, Pool>;
  readonly newKey: string | undefined;
}

async function rotateWith(line: CommandLine, { from, pools, newKey }: Means): Promise<Rotated> {
  const { rotateMasterKey } = load('../kernel/vault/master-rotation') as typeof import('../kernel/vault/master-rotation');
  const { recordMasterRotation } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  await bringUpToDate(from, pools);
  const masterKey = await openNewKey(from, newKey);
  if (masterKey.reveal().equals(from.masterKey.reveal())) throw new UsageError('The new key is the old one.', 'Make another: openssl rand -base64 32');
  const progress = openProgress(line.output, 'Wrapping');
  try {
    const rotated = await rotateMasterKey({
      from,
      to: freezeDeep({ ...from, masterKey }),
      pools,
      entry: { room: 'borrowers', write: recordMasterRotation },
      signal: line.interruption(),
      onProgress: ({ done, total }) => progress.to(done, total),
    });
    return { ...rotated, next: await settle(line.loadConfig(), masterKey, newKey) };
  } finally {
    progress.end();
  }
}

/** Makes sure that there is a hub, of this release and under the configured key, unless its rotation has begun. */
async function bringUpToDate(from: PreparedConfig, { keystore, borrowers }: Means['pools']): Promise<void> {
  const { readMark } = load('../kernel/database/master-key-mark') as typeof import('../kernel/database/master-key-mark');
  const { HUB_DATABASES } = load('../hub') as typeof import('../hub');
  const { migrateRoom } = load('../kernel/database/migrate') as typeof import('../kernel/database/migrate');
  const client = await keystore.connect();
  const mark = await readMark(client, 'keystore').finally(() => client.release());
  if (mark === null) throw new StartError('There is no hub in this database.', 'Set DATABASE_URL or CESSION_HOME to those of the hub you mean.');
  if (mark.becoming !== undefined || mark.before === masterKeyFingerprint(from.masterKey)) return;
  for (const definition of HUB_DATABASES) await migrateRoom(from, definition);
  const { withWholeRooms } = load('./room-wholeness') as typeof import('./room-wholeness');
  await withWholeRooms(from, (assertWhole) => assertWhole(new Map([['borrowers', borrowers]])));
}

async function openNewKey({ home }: Config, newKey: string | undefined): Promise<Secret<Buffer>> {
  const file = path.join(home, NEXT_KEY_FILE);
  if (newKey === undefined) return parseNewKey(file, await createPrivateFile(file, format(randomBytes(MASTER_KEY_BYTES))));
  const text = await readFile(newKey, 'utf8').catch((cause: unknown) => {
    throw new StartError(`${newKey} cannot be read.`, 'Give the path of a file with 32 bytes in base64.', cause);
  });
  return parseNewKey(newKey, text);
}

/** Only a round trip tells that no character was skipped. */
function parseNewKey(file: string, text: string): Secret<Buffer> {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === MASTER_KEY_BYTES && key.toString('base64') === text.trim()) return new Secret(key);
  throw new UsageError(`${file} does not hold ${MASTER_KEY_BYTES} bytes in base64.`, `Make a key: openssl rand -base64 ${MASTER_KEY_BYTES}`);
}

const format = (key: Buffer): string => `${key.toString('base64')}\n`;

/** The home's key is replaced last: until then the old one is what the rotation goes on from. */
async function settle({ home, masterKey }: Config, fresh: Secret<Buffer>, newKey: string | undefined): Promise<string> {
  if (masterKey !== null) return 'Set CESSION_MASTER_KEY to the new key, everywhere the hub runs, and start it.';
  const file = path.join(home, MASTER_KEY_FILE);
  if (newKey === undefined) await rename(path.join(home, NEXT_KEY_FILE), file);
  else await replacePrivateFile(file, format(fresh.reveal()));
  return 'Start the hub. Back up the home folder: it holds the new key in the place of the old one.';
}
