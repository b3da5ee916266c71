/**
 * A room's open database: one pool per role, each connection bound to the room's dbSchema and to time limits. Never connects
 * as the owner, so nothing that serves can change a table or step around row-level security.
 */
import { Pool, types, type PoolConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { DatabaseRoom, PreparedConfig } from '../config';
import type { DatabaseDefinition } from './definition';
import { dbSchemaOf, roleUrl, sessionOptions, type RoleKind } from './roles';
import { SilentLogger } from './silent-logger';

/** Milliseconds one statement of a worker may run: a chunk of an import or a rebuild, never a whole one. */
const WORKER_STATEMENT_TIMEOUT_MS = 120_000;
/** Milliseconds a transaction may sit idle; longer means that its process hangs while it holds locks. */
const IDLE_IN_TRANSACTION_MS = 60_000;

export interface RoomDatabase {
  readonly room: DatabaseRoom;
  readonly dbSchema: string;
  /** TypeORM as the request role: row-level security binds everything it does. */
  readonly request: DataSource;
  /** node-postgres as the worker role: relay, follower, import, leases. */
  readonly worker: Pool;
  close(): Promise<void>;
}

export async function openRoomDatabase(config: PreparedConfig, definition: DatabaseDefinition): Promise<RoomDatabase> {
  const { room } = definition;
  const { database } = config;
  const request = new DataSource({
    type: 'postgres',
    url: roleUrl(config, room, 'request').reveal(),
    schema: dbSchemaOf(room),
    applicationName: `cession ${room} request`,
    poolSize: database.poolSize,
    connectTimeoutMS: database.connectTimeoutMs,
    extra: connectionSettings([room, 'request'], database.statementTimeoutMs, GENERIC_PLANS),
    entities: [...definition.rows],
    synchronize: false,
    installExtensions: false,
    logger: new SilentLogger(),
    poolErrorHandler: ignoreIdleLoss,
  });
  await request.initialize();
  const worker = new Pool({
    connectionString: roleUrl(config, room, 'worker').reveal(),
    application_name: `cession ${room} worker`,
    max: database.workerPoolSize,
    connectionTimeoutMillis: database.connectTimeoutMs,
    ...connectionSettings([room, 'worker'], WORKER_STATEMENT_TIMEOUT_MS),
  });
  worker.on('error', ignoreIdleLoss);
  // The pool listens to idle connections only: one that breaks in use fails its statement, and would end the process besides.
  worker.on('connect', (client) => client.on('error', ignoreIdleLoss));
  let closing: Promise<void> | null = null;
  const closeBoth = async (): Promise<void> => {
    await Promise.all([request.destroy(), worker.end()]);
  };
  return { room, dbSchema: dbSchemaOf(room), request, worker, close: () => (closing ??= closeBoth()) };
}

/**
 * A prepared statement of a request is planned once per connection. PostgreSQL by itself would plan each page anew, for the
 * sake of its bounds: with the policies of four audiences that took 0.4 ms, four times what reading the page does.
 */
const GENERIC_PLANS = ' -c plan_cache_mode=force_generic_plan';

function connectionSettings([room, kind]: readonly [DatabaseRoom, RoleKind], statementTimeoutMs: number, further = ''): PoolConfig {
  return {
    options: `${sessionOptions(room, kind)}${further}`,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser: exactTypeParser as typeof types.getTypeParser },
  };
}

/** int8 arrives as text by default, and rounding it silently would move money or an index. */
function exactTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === Number(types.builtins.INT8) && format !== 'binary') return parseSafeInteger;
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
}

export function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('A stored integer is beyond 2^53 and cannot be represented exactly.');
  return value;
}

/** An idle connection that breaks is replaced by the pool; whoever asks next learns it if the server is really away. */
function ignoreIdleLoss(): void {}
