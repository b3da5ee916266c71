/**
 * The one place where a process gets its PostgreSQL: the operator's (DATABASE_URL) or the embedded one. Also opens the
 * master key, because only here is it known whether this is a hub's very first start.
 */
import { Client } from 'pg';
import { DATABASE_ROOMS, freezeDeep, type Config, type PreparedConfig } from '../config';
import { withHomeLock } from '../home-lock';
import { openMasterKey } from '../keys';
import type { Secret } from '../secret';
import { StartError } from '../start-error';
import { OLDEST_MAJOR } from './binaries';
import { adminUrl, answers, startOrAdopt, stopServer, type Durability } from './embedded-server';
import { openPlace, type Place } from './place';

/** Advisory lock held shared by every process that uses an embedded server; the last one to leave gets it alone. */
const USERS_LOCK = 0x636573; // "ces"

export interface DatabaseServer {
  readonly adminUrl: Secret;
  /** The embedded server was already running. */
  readonly adopted: boolean;
  readonly embedded: boolean;
  /** The given config with the master key and the database's URL filled in: what rooms are opened with. */
  readonly config: PreparedConfig;
  /** Leaves the server; the embedded one stops when nobody else uses it. Safe to call twice. */
  stop(): Promise<void>;
}

export async function startDatabaseServer(config: Config, durability: Durability = 'full'): Promise<DatabaseServer> {
  return config.database.url ? useGivenServer(config, config.database.url) : useEmbeddedServer(config, durability);
}

async function useGivenServer(config: Config, url: Secret): Promise<DatabaseServer> {
  await checkVersion(url);
  const masterKey = await openMasterKey(config, () => holdsRooms(url));
  return { adminUrl: url, adopted: false, embedded: false, config: prepare(config, masterKey, url), stop: async () => undefined };
}

async function useEmbeddedServer(config: Config, durability: Durability): Promise<DatabaseServer> {
  const home = config.home;
  const masterKey = await openMasterKey(config, async () => false);
  const { place, adopted, user } = await withHomeLock(home, async () => {
    const running = await startOrAdopt(home, await openPlace(home), durability);
    return { ...running, user: await signIn(running.place) };
  });
  const url = adminUrl(place);
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await withHomeLock(home, async () => {
      if (await signOut(place, user)) await stopServer(place);
    });
  };
  return { adminUrl: url, adopted, embedded: true, config: prepare(config, masterKey, url), stop: () => (stopping ??= stop()) };
}

function prepare(config: Config, masterKey: PreparedConfig['masterKey'], url: Secret): PreparedConfig {
  return freezeDeep({ ...config, masterKey, database: { ...config.database, url } });
}

async function signIn(place: Place): Promise<Client> {
  const client = new Client({ connectionString: adminUrl(place).reveal(), application_name: 'cession database user' });
  // The server's death shows in every room's own connections; this one has nothing to add.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock_shared($1)', [USERS_LOCK]);
  return client;
}

/** True when nobody else is signed in. MUST run under the home lock, which keeps newcomers out. */
async function signOut(place: Place, user: Client): Promise<boolean> {
  await user.query('select pg_advisory_unlock_shared($1)', [USERS_LOCK]).catch(() => undefined);
  await user.end().catch(() => undefined);
  // It does not answer; stopServer finds out whether it is still there.
  if (!(await answers(place))) return true;
  // A connection of its own: the first one may have broken long ago without anybody noticing.
  const last = new Client({ connectionString: adminUrl(place).reveal(), connectionTimeoutMillis: 2_000 });
  last.on('error', () => undefined);
  try {
    await last.connect();
    const { rows } = await last.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [USERS_LOCK]);
    return rows[0]?.alone === true;
  } catch {
    return true;
  } finally {
    await last.end().catch(() => undefined);
  }
}

async function checkVersion(url: Secret): Promise<void> {
  const version = await ask<{ number: string }>(url, `select current_setting('server_version_num') as number`);
  const major = Math.floor(Number(version[0]?.number) / 10_000);
  if (major < OLDEST_MAJOR) throw new StartError(`DATABASE_URL leads to PostgreSQL ${major}.`, `Use version ${OLDEST_MAJOR} or newer.`);
}

async function holdsRooms(url: Secret): Promise<boolean> {
  const names = DATABASE_ROOMS.map((room) => `'${room}'`).join(', ');
  const found = await ask(url, `select 1 from pg_namespace where nspname in (${names}) and obj_description(oid, 'pg_namespace') like 'cession %' limit 1`);
  return found.length > 0;
}

async function ask<T extends object>(url: Secret, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url.reveal(), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<T>(sql)).rows;
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw new StartError(`The database of DATABASE_URL cannot be used${code ? ` (${code})` : ''}.`, 'Check that it runs, that this machine may reach it, and the user and password in the address.', cause);
  } finally {
    await client.end().catch(() => undefined);
  }
}
