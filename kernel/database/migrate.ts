/**
 * Brings a room's dbSchema to the version of this release: forward only, by hand-written SQL, as the owner, one process at a
 * time. Refuses a database that a newer release has already changed.
 */
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { PreparedConfig } from '../config';
import { StartError } from '../start-error';
import type { DatabaseDefinition } from './definition';
import { dbSchemaOf, ensureRoles, loginName, roleUrl, sessionOptions } from './roles';
import { SilentLogger } from './silent-logger';

/** Advisory lock of one database; every room of it waits in the same line, migrations are rare. */
const MIGRATION_LOCK = 0x6d696772; // "migr"
const MIGRATION_TABLE = 'migration';

/** Makes roles and dbSchema where missing, then runs what is pending. Returns the names of the migrations it ran. */
export async function migrateRoom(config: PreparedConfig, definition: DatabaseDefinition): Promise<string[]> {
  checkNames(definition);
  await ensureRoles(config, definition.room);
  const url = roleUrl(config, definition.room, 'owner').reveal();
  const lock = new Client({ connectionString: url, connectionTimeoutMillis: config.database.connectTimeoutMs, application_name: 'cession migration lock' });
  lock.on('error', () => undefined);
  await connectAsOwner(lock, loginName(config, definition.room, 'owner'));
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await runPending(url, definition);
  } finally {
    await lock.end().catch(() => undefined);
  }
}

async function runPending(url: string, definition: DatabaseDefinition): Promise<string[]> {
  const dbSchema = dbSchemaOf(definition.room);
  const owner = new DataSource({
    type: 'postgres',
    url,
    schema: dbSchema,
    applicationName: `cession ${definition.room} migration`,
    poolSize: 1,
    extra: { options: sessionOptions(definition.room, 'owner') },
    migrations: [...definition.migrations],
    migrationsTableName: MIGRATION_TABLE,
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logger: new SilentLogger(),
  });
  await owner.initialize();
  try {
    await refuseNewer(owner, definition);
    const ran = await owner.runMigrations({ transaction: 'each' });
    return ran.map(({ name }) => name);
  } finally {
    await owner.destroy();
  }
}

async function connectAsOwner(client: Client, login: string): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    throw new StartError(
      `The database login ${login} has another password than this hub's master key gives it.`,
      `Somebody changed it. Drop that role: the next start makes it again.`,
      error,
    );
  }
}

/** An old release that goes on writing to a newer dbSchema is how evidence gets lost. */
async function refuseNewer(owner: DataSource, { room, migrations }: DatabaseDefinition): Promise<void> {
  const [table] = await owner.query<{ present: boolean }[]>('select to_regclass($1) is not null as present', [`${dbSchemaOf(room)}.${MIGRATION_TABLE}`]);
  if (!table?.present) return;
  const known = new Set(migrations.map(nameOf));
  const run = await owner.query<{ name: string }[]>(`select name from ${dbSchemaOf(room)}.${MIGRATION_TABLE} order by timestamp`);
  const unknown = run.filter(({ name }) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StartError(`The ${room} room's database has been changed by another release (${unknown.map(({ name }) => name).join(', ')}).`, 'Start the release that made these changes, or a newer one.');
}

/** TypeORM orders by the timestamp in the name; the list must say the same, or a reader is misled. */
function checkNames({ room, migrations }: DatabaseDefinition): void {
  const stamps = migrations.map(nameOf).map((name) => Number(/(\d{13})$/.exec(name)?.[1] ?? NaN));
  const ordered = stamps.every((stamp, at) => Number.isSafeInteger(stamp) && (at === 0 || stamp > (stamps[at - 1] ?? 0)));
  if (!ordered) throw new TypeError(`The migrations of ${room} must have names ending in 13-digit timestamps, oldest first, none twice.`);
}

function nameOf(migration: DatabaseDefinition['migrations'][number]): string {
  return new migration().name ?? migration.name;
}
