/**
 * A whole hub for flow tests, entered only through the gateway with real tokens over real HTTP: once with every room in one
 * process, once with each as a process of its own. Flows must not be able to tell the difference.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { HUB_DATABASES, prepareHub, startHub, startProcesses, type PreparedHub } from '../../hub';
import { openLocalIssuer, type LocalIssuer } from '../../gateway/gateway';
import { freezeDeep, type PreparedConfig } from '../../kernel/config';
import type { Diagnostics } from '../../kernel/diagnostics';
import { openRoomDatabase } from '../../kernel/database/room-database';
import type { WitnessConfig } from '../../kernel/ledger-config';
import { databaseOf } from '../../kernel/room-host';
import type { Secret } from '../../kernel/secret';
import { newId } from '../../schema/ids';
import { ROOMS, type Audience } from '../../schema/vocabulary';
import { bootstrapCreditor, creditorsRoom, STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import { Caller } from './caller';
import { freePorts } from './free-ports';
import { testDatabase, type TestDatabase } from './test-database';
import { testDiagnostics } from './test-ledger';
import { TEST_LOG_LEVEL } from './test-run';

export const MODES = ['one process', 'many processes'] as const;
/** Where the test can end the hub without ending itself. */
export const KILLABLE_MODES = ['one process of its own', 'many processes'] as const;
export type Mode = (typeof MODES | typeof KILLABLE_MODES)[number];

/** Tests wait for checkpoints; a hub in use signs once per second. */
const CHECKPOINT_INTERVAL_MS = 200;

export interface HubSettings {
  /** Where the test knows the key of the ledger before it exists. */
  readonly key?: Secret;
  readonly witnesses?: readonly WitnessConfig[];
  readonly followerBoundMs?: number;
  readonly receiptDeadlineMs?: number;
  readonly selfCheckIntervalMs?: number;
}

export interface TestHub {
  readonly url: string;
  readonly config: PreparedConfig;
  readonly database: TestDatabase;
  /** A client with a token; `purpose` is its x-purpose header unless a call names another. */
  caller(audience: Audience, org: string, options?: { sub?: string; scopes?: readonly string[]; purpose?: string | null }): Promise<Caller>;
  /** A new creditor with its first operator, who holds every scope, and optionally a regulator with a mandate. */
  creditor(options?: { regulatorId?: string }): Promise<{ creditorId: string; operator: Caller }>;
  /** Runs `work` while nothing can be appended: the ledger's process stands still, or its writer waits for a lock. */
  whileLedgerIsAway<T>(work: () => Promise<T>): Promise<T>;
  /** kill -9 of one process of the hub; resolves when the others have been stopped as well. Many processes only. */
  killProcess(file: string): Promise<void>;
  /** kill -9 of everything at once. Not where the hub runs inside the test. */
  killAll(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Registers its own beforeAll and afterAll. */
export function testHub(mode: Mode, settings: HubSettings = {}): TestHub {
  const database = testDatabase(...HUB_DATABASES);
  const hub = new RunningTestHub(mode, settings, database);
  beforeAll(() => hub.start(), 90_000);
  database.beforeClose(() => hub.stop());
  return hub;
}

interface Running {
  readonly pids?: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

class RunningTestHub implements TestHub {
  url = '';
  private issuer: LocalIssuer | null = null;
  private prepared: PreparedHub | null = null;
  private running: Running | null = null;
  private ended: (name: string) => void = () => undefined;

  constructor(
    private readonly mode: Mode,
    private readonly settings: HubSettings,
    readonly database: TestDatabase,
  ) {}

  get config(): PreparedConfig {
    if (this.prepared === null) throw new Error('The hub runs from beforeAll on.');
    return this.prepared.config;
  }

  async start(): Promise<void> {
    const ports = await freePorts(ROOMS.length + 1);
    const base = this.database.config;
    const rooms = Object.fromEntries(ROOMS.map((room, i) => [room, { url: null, port: ports[i]! }])) as PreparedConfig['rooms'];
    const ledger = { ...base.ledger, checkpointIntervalMs: CHECKPOINT_INTERVAL_MS, ...this.settings };
    const config = freezeDeep({ ...base, port: ports.at(-1)!, rooms, ledger });
    const diagnostics = testDiagnostics();
    this.prepared = await prepareHub(config, diagnostics);
    this.running = await this.run(this.prepared, diagnostics);
    this.url = `http://${config.host}:${config.port}`;
    this.issuer = await openLocalIssuer(config);
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    await this.prepared?.stop();
    this.running = null;
  }

  async caller(audience: Audience, org: string, options: { sub?: string; scopes?: readonly string[]; purpose?: string | null } = {}): Promise<Caller> {
    const sub = options.sub ?? (audience === 'BORROWER' ? org : `${audience.toLowerCase()}-user`);
    const token = await this.issuer!.mintToken({ audience, org, sub, scopes: options.scopes ?? STAFF_SCOPES });
    return new Caller(() => this.url, audience, token, options.purpose ?? null);
  }

  async creditor(options: { regulatorId?: string } = {}): Promise<{ creditorId: string; operator: Caller }> {
    const operatorSub = `operator-${newId('event').slice(-8)}`;
    const database = await openRoomDatabase(this.config, databaseOf(creditorsRoom));
    try {
      const code = `TEST${newId('event').slice(-6).toUpperCase()}`;
      const { creditorId } = await bootstrapCreditor(database.worker, {
        creditor: { code, name: `Test Bank ${code}`, jurisdiction: 'CN' },
        operatorSub,
        regulatorId: options.regulatorId ?? null,
        now: new Date(),
      });
      const operator = await this.caller('INTERNAL', creditorId, { sub: operatorSub, purpose: 'SERVICING' });
      await operator.until(`query ($id: ID!) { creditor(id: $id) { id } }`, { id: creditorId }, (data) => data['creditor'] !== null);
      return { creditorId, operator };
    } finally {
      await database.close();
    }
  }

  async whileLedgerIsAway<T>(work: () => Promise<T>): Promise<T> {
    const bringBack = this.mode === 'one process' ? await this.lockWriter() : this.suspend('audit/main.js');
    try {
      return await work();
    } finally {
      await bringBack();
    }
  }

  async killProcess(file: string): Promise<void> {
    const ended = new Promise<string>((resolve) => (this.ended = resolve));
    process.kill(this.pidOf(file), 'SIGKILL');
    await ended;
    await this.prepared?.stop();
    this.running = null;
  }

  async killAll(): Promise<void> {
    const ended = new Promise<string>((resolve) => (this.ended = resolve));
    for (const pid of this.running?.pids?.values() ?? []) process.kill(pid, 'SIGKILL');
    await ended;
    await this.prepared?.stop();
    this.running = null;
  }

  private run(prepared: PreparedHub, diagnostics: Diagnostics): Promise<Running> {
    const env = environmentOf(prepared.config);
    if (this.mode === 'one process') return startHub(prepared, diagnostics);
    if (this.mode === 'many processes') return startProcesses(prepared, diagnostics, { env, onEnded: (name) => this.ended(name) });
    return startCommand(env, () => this.ended('cession'));
  }

  private pidOf(file: string): number {
    const pid = this.running?.pids?.get(file);
    if (pid === undefined) throw new Error(`This hub has no process ${file}.`);
    return pid;
  }

  private suspend(file: string): () => Promise<void> {
    const pid = this.pidOf(file);
    process.kill(pid, 'SIGSTOP');
    return async () => void process.kill(pid, 'SIGCONT');
  }

  private async lockWriter(): Promise<() => Promise<void>> {
    const admin = await this.database.admin();
    await admin.query('begin; lock table audit.entry in exclusive mode');
    return async () => void (await admin.query('rollback'));
  }
}

/** `cession start` as an operator runs it; it says on its output when it serves. */
async function startCommand(env: NodeJS.ProcessEnv, onEnded: () => void): Promise<Running> {
  const command = fork(path.join(__dirname, '../../dist/cli/cession.js'), ['start', '--no-sample', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  command.stderr!.on('data', (text: Buffer) => (said += text.toString()));
  const exit = once(command, 'exit').then(onEnded);
  const served = new Promise<string>((resolve) => command.stdout!.on('data', (output: Buffer) => resolve(output.toString())));
  await Promise.race([served, exit.then(() => Promise.reject(new Error(`cession start ended before it served: ${said}`)))]);
  return {
    pids: new Map([['cession', command.pid!]]),
    async stop() {
      command.kill('SIGTERM');
      await exit;
    },
  };
}

/** What a child process is configured by: the same settings as this process has in its config. */
function environmentOf(config: PreparedConfig): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    HOST: config.host,
    PORT: String(config.port),
    CESSION_HOME: config.home,
    CESSION_MASTER_KEY: config.masterKey.reveal().toString('base64'),
    CESSION_CHECKPOINT_INTERVAL_MS: String(config.ledger.checkpointIntervalMs),
    CESSION_FOLLOWER_BOUND_MS: String(config.ledger.followerBoundMs),
    CESSION_RECEIPT_DEADLINE_MS: String(config.ledger.receiptDeadlineMs),
    DATABASE_URL: config.database.url.reveal(),
    LOG_LEVEL: TEST_LOG_LEVEL,
  };
  for (const room of ROOMS) env[`CESSION_ROOM_PORT_${room.toUpperCase()}`] = String(config.rooms[room].port);
  return env;
}
