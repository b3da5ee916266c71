/**
 * The one place where a process gets its PostgreSQL: the operator's (DATABASE_URL) or the embedded one. Also opens the
 * master key, because only here is it known whether this is a hub's very first start.
 */
import { Client } from 'pg';
import { DATABASE_ROOMS, freezeDeep, type Config, type PreparedConfig } from '../config';
import { openMasterKey } from '../keys';
import type { Secret } from '../secret';
import { StartError } from '../start-error';
import { OLDEST_MAJOR } from './binaries';
import { adminUrl, type Durability } from './embedded-server';
import { ServerKeeper } from './server-keeper';

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
  const masterKey = await openMasterKey(config, async () => false);
  const { keeper, place, adopted } = await ServerKeeper.start(config.home, durability);
  const url = adminUrl(place);
  return { adminUrl: url, adopted, embedded: true, config: prepare(config, masterKey, url), stop: () => keeper.stop() };
}

function prepare(config: Config, masterKey: PreparedConfig['masterKey'], url: Secret): PreparedConfig {
  return freezeDeep({ ...config, masterKey, database: { ...config.database, url } });
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
