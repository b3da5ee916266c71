/**
 * A whole hub for flow tests, entered only through the gateway with real tokens over real HTTP: once with every room in one
 * process, once with each as a process of its own. Flows must not be able to tell the difference.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { prepareHub, startHub, startProcesses, HUB_DATABASES } from '../../hub';
import { openLocalIssuer, type LocalIssuer } from '../../gateway/gateway';
import { freezeDeep, type PreparedConfig } from '../../kernel/config';
import { openRoomDatabase } from '../../kernel/database/room-database';
import { databaseOf } from '../../kernel/room-host';
import { newId } from '../../schema/ids';
import { ROOMS, type Audience } from '../../schema/vocabulary';
import { bootstrapCreditor, creditorsRoom, STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import { Caller } from './caller';
import { testDatabase, type TestDatabase } from './test-database';
import { testDiagnostics } from './test-ledger';
import { TEST_LOG_LEVEL } from './test-run';

export const MODES = ['one process', 'many processes'] as const;
export type Mode = (typeof MODES)[number];

export interface TestHub {
  readonly url: string;
  readonly database: TestDatabase;
  /** A client with a token; `purpose` is its x-purpose header unless a call names another. */
  caller(audience: Audience, org: string, options?: { sub?: string; scopes?: readonly string[]; purpose?: string | null }): Promise<Caller>;
  /** A new creditor with its first operator, who holds every scope, and optionally a regulator with a mandate. */
  creditor(options?: { regulatorId?: string }): Promise<{ creditorId: string; operator: Caller }>;
}

/** Registers its own beforeAll and afterAll. */
export function testHub(mode: Mode): TestHub {
  const database = testDatabase(...HUB_DATABASES);
  const hub = new RunningTestHub(mode, database);
  beforeAll(() => hub.start(), 90_000);
  return hub;
}

class RunningTestHub implements TestHub {
  url = '';
  private issuer: LocalIssuer | null = null;
  private config: PreparedConfig | null = null;

  constructor(
    private readonly mode: Mode,
    readonly database: TestDatabase,
  ) {}

  async start(): Promise<void> {
    const ports = await freePorts(ROOMS.length + 1);
    const base = this.database.config;
    const rooms = Object.fromEntries(ROOMS.map((room, i) => [room, { url: null, port: ports[i]! }])) as PreparedConfig['rooms'];
    const config = freezeDeep({ ...base, port: ports.at(-1)!, rooms });
    const diagnostics = testDiagnostics();
    const prepared = await prepareHub(config, diagnostics);
    this.config = prepared.config;
    const running = this.mode === 'one process' ? await startHub(prepared, diagnostics) : await startProcesses(prepared, diagnostics, environmentOf(prepared.config), () => undefined);
    this.url = running.url;
    this.issuer = await openLocalIssuer(config);
    this.database.beforeClose(async () => {
      await running.stop();
      await prepared.stop();
    });
  }

  async caller(audience: Audience, org: string, options: { sub?: string; scopes?: readonly string[]; purpose?: string | null } = {}): Promise<Caller> {
    const sub = options.sub ?? (audience === 'BORROWER' ? org : `${audience.toLowerCase()}-user`);
    const token = await this.issuer!.mintToken({ audience, org, sub, scopes: options.scopes ?? STAFF_SCOPES });
    return new Caller(this.url, audience, token, options.purpose ?? null);
  }

  async creditor(options: { regulatorId?: string } = {}): Promise<{ creditorId: string; operator: Caller }> {
    const operatorSub = `operator-${newId('event').slice(-8)}`;
    const database = await openRoomDatabase(this.config!, databaseOf(creditorsRoom));
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
}

/** What a child process is configured by: the same settings as this process has in its config. */
function environmentOf(config: PreparedConfig): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOST: config.host,
    PORT: String(config.port),
    CESSION_HOME: config.home,
    CESSION_MASTER_KEY: config.masterKey.reveal().toString('base64'),
    DATABASE_URL: config.database.url.reveal(),
    LOG_LEVEL: TEST_LOG_LEVEL,
  };
  for (const room of ROOMS) env[`CESSION_ROOM_PORT_${room.toUpperCase()}`] = String(config.rooms[room].port);
  return env;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
