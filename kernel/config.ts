/**
 * The hub's settings: the only reader of the environment. Parses, checks ranges, reports every problem at once and
 * freezes the result. Reads no file and opens no connection; keys kept in files are `keys.ts`'s business.
 */
import path from 'node:path';
import { ROOMS, type RoomName } from '../schema/vocabulary';
import { Environment } from './environment';
import { readLedger, type LedgerConfig } from './ledger-config';
import { Secret } from './secret';

/** A database schema of the hub: one per room, and the key store that holds the borrowers' keys. */
export const DATABASE_ROOMS = [...ROOMS, 'keystore'] as const;
export type DatabaseRoom = (typeof DATABASE_ROOMS)[number];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What somebody should look at; `info` adds the milestones of every process. */
export const DEFAULT_LOG_LEVEL: LogLevel = 'warn';
/** TCP port of the gateway: what a GraphQL tool tries first. */
export const DEFAULT_PORT = 4000;
/** Loopback: a hub on a laptop must not be reachable from the café. */
export const DEFAULT_HOST = '127.0.0.1';
/** Folder, relative to the working directory: visible to who cloned the repository, ignored by git. */
export const DEFAULT_HOME = '.cession';
/** First port of the rooms when each runs as its own process; they count up in the order of `ROOMS`. */
export const DEFAULT_FIRST_ROOM_PORT = 4001;
/** Connections per room for requests: 2 cores were saturated by 10 in every measurement. */
export const DEFAULT_POOL_SIZE = 10;
/** Connections per room for relay, follower and import; each needs one, imports take the rest. */
export const DEFAULT_WORKER_POOL_SIZE = 4;
/** Milliseconds a connection attempt or the wait for a free one may take before UNAVAILABLE. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** Milliseconds one SQL statement of a request may run: half the operation's deadline. */
export const DEFAULT_STATEMENT_TIMEOUT_MS = 5_000;
/** Milliseconds an operation may take from its first byte to its answer. */
export const DEFAULT_DEADLINE_MS = 10_000;
/** Nesting levels of an operation: the deepest useful one of the documented examples needs 9. */
export const DEFAULT_MAX_DEPTH = 12;
/** Bytes of a request body: the longest documented operation is below 8 KiB, bulk input goes through imports. */
export const DEFAULT_MAX_BODY_BYTES = 262_144;
/** Root fields, aliases included: one operation is one question, not a batch. */
export const DEFAULT_MAX_ROOT_FIELDS = 20;
/** Days until the last backup that holds a destroyed key has expired: five weeks of daily backups. */
export const DEFAULT_BACKUP_RETENTION_DAYS = 35;
/** Days a finished export can be downloaded: a month to take home what one asked for. */
export const DEFAULT_EXPORT_DAYS = 30;
/** Debts of the generated sample that the first start of an empty hub seeds. */
export const DEFAULT_SAMPLE_DEBTS = 2_000;
/** `iss` and `aud` of development tokens. */
export const DEFAULT_TOKEN_ISSUER = 'https://cession.local/issuer';
export const DEFAULT_TOKEN_AUDIENCE = 'cession';

/** AES-256 and HKDF-SHA-256 take 32 bytes. */
export const MASTER_KEY_BYTES = 32;

export interface DatabaseConfig {
  /** An administrator's URL; null: the embedded server, whose URL `startDatabaseServer` fills in. */
  readonly url: Secret | null;
  /** Rooms that live in another PostgreSQL. */
  readonly roomUrls: Readonly<Partial<Record<DatabaseRoom, Secret>>>;
  readonly poolSize: number;
  readonly workerPoolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export interface TokenConfig {
  readonly issuer: string;
  readonly audience: string;
  /** null: the local development issuer. Set: tokens come from elsewhere and none is ever made or printed here. */
  readonly jwksUrl: string | null;
}

export interface LimitConfig {
  readonly depth: number;
  readonly rootFields: number;
  readonly bodyBytes: number;
  readonly deadlineMs: number;
}

export interface RoomAddress {
  /** Where the gateway finds the room when it runs elsewhere; null: the same machine, on `port`. */
  readonly url: string | null;
  /** Where the room listens when it runs as its own process. */
  readonly port: number;
}

export interface Config {
  readonly host: string;
  /** Interface of the rooms when each runs as its own process; never the gateway's, which may face the network. */
  readonly roomHost: string;
  readonly port: number;
  /** Absolute path of CESSION_HOME. */
  readonly home: string;
  readonly database: DatabaseConfig;
  /** 32 bytes; null: the file `master.key` in the home folder. */
  readonly masterKey: Secret<Buffer> | null;
  readonly ledger: LedgerConfig;
  readonly tokens: TokenConfig;
  readonly limits: LimitConfig;
  /** What `/metrics` asks of whoever reads it; null: only this machine may. */
  readonly metricsToken: Secret | null;
  readonly rooms: Readonly<Record<RoomName, RoomAddress>>;
  /** How long the longest-kept backup of the key store and of the ledger lives; 0: there is none. */
  readonly backupRetentionDays: number;
  /** How long a finished export is kept. */
  readonly exportDays: number;
  readonly sampleDebts: number;
  readonly logLevel: LogLevel;
}

/** A config whose keys are read and whose database is running: what everything that opens a room needs. */
export interface PreparedConfig extends Config {
  readonly masterKey: Secret<Buffer>;
  readonly database: DatabaseConfig & { readonly url: Secret };
}

/** Every problem of the environment, one per line, so that an operator fixes them in one go. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * MUST be called by every entry point before @apollo/gateway is imported: the gateway starts an OpenTelemetry exporter
 * that reports to Apollo unless this variable is set, and a debt hub tells nobody that it runs.
 */
export function disableTelemetry(env: NodeJS.ProcessEnv = process.env): void {
  env['APOLLO_TELEMETRY_DISABLED'] = '1';
}

/** The settings as they were given, for processes that are started as parts of the same hub. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env };
}

/** For a command of the operator's own: what it needs to find its service, without the secrets of this hub. */
export function commandEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(CESSION_|DATABASE_URL)/.test(name)));
}

export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const from = new Environment(env);
  const config: Config = {
    host: from.text('HOST', DEFAULT_HOST),
    roomHost: from.text('CESSION_ROOM_HOST', DEFAULT_HOST),
    port: from.integer('PORT', DEFAULT_PORT, 0, 65_535),
    home: path.resolve(from.text('CESSION_HOME', DEFAULT_HOME)),
    database: readDatabase(from),
    masterKey: from.base64('CESSION_MASTER_KEY', MASTER_KEY_BYTES),
    ledger: readLedger(from),
    tokens: readTokens(from),
    limits: {
      depth: from.integer('CESSION_MAX_DEPTH', DEFAULT_MAX_DEPTH, 1, 50),
      rootFields: from.integer('CESSION_MAX_ROOT_FIELDS', DEFAULT_MAX_ROOT_FIELDS, 1, 1_000),
      bodyBytes: from.integer('CESSION_MAX_BODY_BYTES', DEFAULT_MAX_BODY_BYTES, 1_024, 16_777_216),
      deadlineMs: from.integer('CESSION_DEADLINE_MS', DEFAULT_DEADLINE_MS, 100, 300_000),
    },
    metricsToken: readMetricsToken(from),
    rooms: readRooms(from),
    backupRetentionDays: from.integer('CESSION_BACKUP_RETENTION_DAYS', DEFAULT_BACKUP_RETENTION_DAYS, 0, 36_500),
    exportDays: from.integer('CESSION_EXPORT_DAYS', DEFAULT_EXPORT_DAYS, 1, 36_500),
    sampleDebts: from.integer('CESSION_SAMPLE_DEBTS', DEFAULT_SAMPLE_DEBTS, 0, 1_000_000),
    logLevel: from.choice('LOG_LEVEL', LOG_LEVELS, DEFAULT_LOG_LEVEL),
  };
  if (config.ledger.receiptDeadlineMs >= config.limits.deadlineMs) {
    from.refuse('CESSION_RECEIPT_DEADLINE_MS must be below CESSION_DEADLINE_MS: an answer cannot outlive its operation');
  }
  from.refuseUnknown();
  if (from.problems.length > 0) throw new ConfigError(from.problems);
  return freezeDeep(config);
}

function readDatabase(from: Environment): DatabaseConfig {
  const roomUrls: Partial<Record<DatabaseRoom, Secret>> = {};
  for (const room of DATABASE_ROOMS) {
    const url = from.postgresUrl(`DATABASE_URL_${room.toUpperCase()}`);
    if (url) roomUrls[room] = url;
  }
  return {
    url: from.postgresUrl('DATABASE_URL'),
    roomUrls,
    poolSize: from.integer('CESSION_POOL_SIZE', DEFAULT_POOL_SIZE, 1, 200),
    workerPoolSize: from.integer('CESSION_WORKER_POOL_SIZE', DEFAULT_WORKER_POOL_SIZE, 2, 50),
    connectTimeoutMs: from.integer('CESSION_CONNECT_TIMEOUT_MS', DEFAULT_CONNECT_TIMEOUT_MS, 100, 60_000),
    statementTimeoutMs: from.integer('CESSION_STATEMENT_TIMEOUT_MS', DEFAULT_STATEMENT_TIMEOUT_MS, 100, 300_000),
  };
}

function readTokens(from: Environment): TokenConfig {
  const jwksUrl = from.httpUrl('CESSION_TOKEN_JWKS_URL');
  // With somebody else's keys, our own issuer and audience as defaults would accept nothing, or worse, the wrong tokens.
  if (jwksUrl && !from.has('CESSION_TOKEN_ISSUER')) from.refuse('CESSION_TOKEN_ISSUER is required with CESSION_TOKEN_JWKS_URL');
  if (jwksUrl && !from.has('CESSION_TOKEN_AUDIENCE')) from.refuse('CESSION_TOKEN_AUDIENCE is required with CESSION_TOKEN_JWKS_URL');
  return {
    issuer: from.text('CESSION_TOKEN_ISSUER', DEFAULT_TOKEN_ISSUER),
    audience: from.text('CESSION_TOKEN_AUDIENCE', DEFAULT_TOKEN_AUDIENCE),
    jwksUrl,
  };
}

/** A short one could be guessed: metrics are asked for as often as somebody likes. */
function readMetricsToken(from: Environment): Secret | null {
  const token = from.secret('CESSION_METRICS_TOKEN');
  if (token !== null && !/^[\x21-\x7e]{16,200}$/.test(token.reveal())) from.refuse('CESSION_METRICS_TOKEN must be 16 to 200 printable ASCII characters without spaces');
  return token;
}

function readRooms(from: Environment): Record<RoomName, RoomAddress> {
  const entries = ROOMS.map((room, position) => {
    const url = from.httpUrl(`CESSION_ROOM_URL_${room.toUpperCase()}`);
    const port = from.integer(`CESSION_ROOM_PORT_${room.toUpperCase()}`, DEFAULT_FIRST_ROOM_PORT + position, 0, 65_535);
    return [room, { url, port }] as const;
  });
  return Object.fromEntries(entries) as Record<RoomName, RoomAddress>;
}

/** Secrets keep their value in a private field and freeze as they are. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value)) return value;
  Object.values(value).forEach(freezeDeep);
  return Object.freeze(value);
}
