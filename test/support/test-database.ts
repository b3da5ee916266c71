/**
 * A database of its own for each test file: cloned from a template that the first file with the same rooms migrates, so it
 * costs milliseconds. After the file, every connection it opened must be closed again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freezeDeep, loadConfig, type PreparedConfig } from '../../kernel/config';
import type { DatabaseDefinition } from '../../kernel/database/definition';
import { migrateRoom } from '../../kernel/database/migrate';
import { openRoomDatabase, type RoomDatabase } from '../../kernel/database/room-database';
import { Secret } from '../../kernel/secret';
import { currentRun } from './test-run';

/** One template is made at a time, whichever worker asks. */
const TEMPLATE_LOCK = 0x74656d70; // "temp"
/** Milliseconds in which the server notices that a closed connection is gone. */
const LEAK_WAIT_MS = 2_000;

export interface TestDatabase {
  /** Ready to open rooms with; available from `beforeAll` on. */
  readonly config: PreparedConfig;
  /** Opens a room; closed after the file if the test does not do it itself. */
  open(definition: DatabaseDefinition): Promise<RoomDatabase>;
  /** A connection as the administrator, whom no policy binds; closed after the file. */
  admin(): Promise<Client>;
  /** Runs before the databases are closed: for what still uses them. */
  beforeClose(close: () => Promise<void>): void;
}

/** Call at the top of a test file or a describe block; registers its own beforeAll and afterAll. */
export function testDatabase(...definitions: DatabaseDefinition[]): TestDatabase {
  const database = new FileDatabase(definitions);
  beforeAll(() => database.create());
  afterAll(() => database.drop());
  return database;
}

class FileDatabase implements TestDatabase {
  readonly #name = `test_${randomBytes(6).toString('hex')}`;
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #closingFirst: (() => Promise<void>)[] = [];
  #config: PreparedConfig | null = null;

  constructor(private readonly definitions: readonly DatabaseDefinition[]) {}

  get config(): PreparedConfig {
    if (!this.#config) throw new Error('The test database exists from beforeAll on.');
    return this.#config;
  }

  async create(): Promise<void> {
    await withServer(async (server) => {
      const template = await ensureTemplate(server, this.definitions);
      await server.query(`create database ${this.#name} template ${template} strategy file_copy`);
    });
    this.#config = configFor(this.#name);
  }

  async open(definition: DatabaseDefinition): Promise<RoomDatabase> {
    const opened = await openRoomDatabase(this.config, definition);
    this.#closing.push(() => opened.close());
    return opened;
  }

  async admin(): Promise<Client> {
    const client = new Client({ connectionString: this.config.database.url.reveal() });
    client.on('error', () => undefined);
    await client.connect();
    this.#closing.push(() => client.end());
    return client;
  }

  beforeClose(close: () => Promise<void>): void {
    this.#closingFirst.push(close);
  }

  async drop(): Promise<void> {
    for (const close of this.#closingFirst) await close();
    await Promise.all(this.#closing.map((close) => close()));
    await withServer(async (server) => {
      const leaked = await leakedConnections(server, this.#name);
      await server.query(`drop database if exists ${this.#name} with (force)`);
      if (leaked.length > 0) throw new Error(`This test file left database connections open: ${leaked.join('; ')}`);
    });
  }
}

/** The definitions decide the name: a changed migration means another template. */
async function ensureTemplate(server: Client, definitions: readonly DatabaseDefinition[]): Promise<string> {
  const content = definitions.map(({ room, migrations }) => [room, migrations.map((migration) => `${migration.name} ${String(migration)}`)]);
  const name = `template_${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)}`;
  await server.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  const { rowCount } = await server.query('select 1 from pg_database where datname = $1', [name]);
  if (rowCount === 0) {
    const draft = `${name}_draft`;
    await server.query(`drop database if exists ${draft} with (force)`);
    await server.query(`create database ${draft}`);
    for (const definition of definitions) await migrateRoom(configFor(draft), definition);
    await server.query(`alter database ${draft} rename to ${name}`);
  }
  await server.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  return name;
}

function configFor(database: string): PreparedConfig {
  const run = currentRun();
  const url = new URL(run.adminUrl);
  url.pathname = `/${database}`;
  const config = loadConfig({ CESSION_HOME: run.home, CESSION_MASTER_KEY: run.masterKey, DATABASE_URL: url.toString(), LOG_LEVEL: 'silent' });
  const { masterKey } = config;
  if (!masterKey) throw new Error('The test run has no master key.');
  return freezeDeep({ ...config, masterKey, database: { ...config.database, url: new Secret(url.toString()) } });
}

async function withServer(work: (server: Client) => Promise<void>): Promise<void> {
  const server = new Client({ connectionString: currentRun().adminUrl });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

async function leakedConnections(server: Client, database: string): Promise<string[]> {
  for (let waited = 0; ; waited += 50) {
    const { rows } = await server.query<{ who: string }>(
      `select coalesce(nullif(application_name, ''), usename) || ' (' || coalesce(state, '?') || ')' as who from pg_stat_activity where datname = $1`,
      [database],
    );
    if (rows.length === 0 || waited >= LEAK_WAIT_MS) return rows.map(({ who }) => who);
    await sleep(50);
  }
}
