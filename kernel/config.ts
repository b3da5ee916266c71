/**
 * The hub's settings: the only reader of the environment. Parses, checks ranges, reports every problem at once and
 * freezes the result. Reads no file and opens no connection; keys kept in files are `keys.ts`'s business.
 */
import path from 'node:path';
import { FormatError } from '../audit/log/format-error';
import { parseVkey } from '../audit/log/note-key';
import { ROOMS, type RoomName } from '../schema/vocabulary';
import { Environment, parseHttpUrl } from './environment';
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
/** Milliseconds between signed checkpoints: what a verifier may lag behind the head. */
export const DEFAULT_CHECKPOINT_INTERVAL_MS = 1_000;
/** Milliseconds between time stamps of checkpoints: public authorities ask not to be asked more often. */
export const DEFAULT_TIMESTAMP_INTERVAL_MS = 600_000;
/** Milliseconds from one check of the whole stored ledger to the next: what was changed behind its back shows within a day. */
export const DEFAULT_SELF_CHECK_INTERVAL_MS = 86_400_000;
/** Milliseconds a follower may go without confirming the head before gates refuse (DESIGN: 2 s). */
export const DEFAULT_FOLLOWER_BOUND_MS = 2_000;
/** Milliseconds an answer waits for its ledger receipt before LEDGER_UNAVAILABLE or `pending: true`. */
export const DEFAULT_RECEIPT_DEADLINE_MS = 2_000;
/** Days until the last backup that holds a destroyed key has expired: five weeks of daily backups. */
export const DEFAULT_BACKUP_RETENTION_DAYS = 35;
/** Debts of the generated sample that the first start of an empty hub seeds. */
export const DEFAULT_SAMPLE_DEBTS = 2_000;
/** Origin line of checkpoints; part of every signature, so it cannot change once the ledger exists. */
export const DEFAULT_LEDGER_ORIGIN = 'cession.local/ledger';
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

/** Somebody who cosigns checkpoints; see `cession witness`. */
export interface WitnessConfig {
  /** C2SP verifier key of signature type 0x04. */
  readonly vkey: string;
  readonly url: string;
}

/** A command that signs in the hub's place, and the verifier key of what it signs. */
export interface SignCommandConfig {
  /** Program and arguments; run without a shell. */
  readonly command: readonly string[];
  readonly vkey: string;
}

export interface LedgerConfig {
  readonly origin: string;
  /** A PEM text or the path of a PEM file; null: the key kept in the home folder. */
  readonly key: Secret | null;
  /** Set: no private key of the ledger is in this process. */
  readonly signCommand: SignCommandConfig | null;
  readonly checkpointIntervalMs: number;
  readonly witnesses: readonly WitnessConfig[];
  /** An RFC 3161 authority; null: checkpoints are not stamped. */
  readonly timestampUrl: string | null;
  readonly timestampIntervalMs: number;
  readonly selfCheckIntervalMs: number;
  readonly followerBoundMs: number;
  readonly receiptDeadlineMs: number;
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
  /** How long the longest-kept backup of the key store lives; 0: there is none. */
  readonly backupRetentionDays: number;
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

function readLedger(from: Environment): LedgerConfig {
  return {
    origin: from.origin('CESSION_LEDGER_ORIGIN', DEFAULT_LEDGER_ORIGIN),
    key: from.secret('CESSION_LEDGER_KEY'),
    signCommand: readSignCommand(from),
    checkpointIntervalMs: from.integer('CESSION_CHECKPOINT_INTERVAL_MS', DEFAULT_CHECKPOINT_INTERVAL_MS, 50, 3_600_000),
    witnesses: readWitnesses(from),
    timestampUrl: from.httpUrl('CESSION_TIMESTAMP_URL'),
    timestampIntervalMs: from.integer('CESSION_TIMESTAMP_INTERVAL_MS', DEFAULT_TIMESTAMP_INTERVAL_MS, 1_000, 86_400_000),
    selfCheckIntervalMs: from.integer('CESSION_SELF_CHECK_INTERVAL_MS', DEFAULT_SELF_CHECK_INTERVAL_MS, 1_000, 2_592_000_000),
    followerBoundMs: from.integer('CESSION_FOLLOWER_BOUND_MS', DEFAULT_FOLLOWER_BOUND_MS, 100, 60_000),
    receiptDeadlineMs: from.integer('CESSION_RECEIPT_DEADLINE_MS', DEFAULT_RECEIPT_DEADLINE_MS, 50, 60_000),
  };
}

function readSignCommand(from: Environment): SignCommandConfig | null {
  const command = from.words('CESSION_LEDGER_SIGN_COMMAND');
  const vkey = from.text('CESSION_LEDGER_VKEY', '');
  if ((command.length === 0) !== (vkey === '')) from.refuse('CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY belong together: who signs, and the verifier key of it');
  if (command.length > 0 && from.has('CESSION_LEDGER_KEY')) from.refuse('CESSION_LEDGER_KEY and CESSION_LEDGER_SIGN_COMMAND exclude each other: the key is here or it is not');
  return command.length === 0 ? null : { command, vkey };
}

/** Pairs of key and address. Neither holds white space; a key may hold every other separator there is. Words are not repeated: one may be a secret. */
function readWitnesses(from: Environment): WitnessConfig[] {
  const name = 'CESSION_WITNESSES';
  const words = from.words(name);
  const witnesses: WitnessConfig[] = [];
  const keys = new Set<string>();
  if (words.length % 2 === 1) from.refuse(`${name} must be pairs of a verifier key and an address, all separated by spaces`);
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [vkey, address] = [words[at] ?? '', words[at + 1] ?? ''];
    const key = readWitnessKey(vkey);
    const url = parseHttpUrl(address);
    if (key === null) from.refuse(`${name} must name witnesses by the keys that \`cession witness key\` prints; word ${at + 1} is none`);
    else if (keys.has(key)) from.refuse(`${name} names one key twice: a witness counts once`);
    if (url === null) from.refuse(`${name} must give each witness an http or https address without user and password; word ${at + 2} is none`);
    if (key !== null && url !== null) witnesses.push({ vkey, url });
    if (key !== null) keys.add(key);
  }
  return witnesses;
}

/** The public key in hex; null when the text is no witness's key. */
function readWitnessKey(vkey: string): string | null {
  try {
    const { role, publicKey } = parseVkey(vkey);
    return role === 'witness' ? publicKey.toString('hex') : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
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
