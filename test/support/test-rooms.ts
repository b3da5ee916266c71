/**
 * Real rooms on a real database and a real ledger writer, without gateway: for tests of what a room itself promises.
 * Entered only through `Room.execute`, as any transport would.
 */
import { generateKeyPairSync } from 'node:crypto';
import { AUDIT_DATABASE } from '../../audit/definition';
import { openLedger, type OpenedLedger } from '../../audit/ledger-port';
import { openPemSigner } from '../../audit/signer';
import { createLedger } from '../../audit/writer/create-ledger';
import type { Actor } from '../../kernel/actor';
import type { RoomDatabase } from '../../kernel/database/room-database';
import { openDiagnostics } from '../../kernel/diagnostics';
import type { Ledger } from '../../kernel/ledger';
import type { RoomAnswer } from '../../kernel/room';
import { databaseOf, openRoom, type OpenRoom, type RoomDefinition } from '../../kernel/room-host';
import { Secret } from '../../kernel/secret';
import { KEY_STORE_DATABASE, openKeyStore, type KeyStore } from '../../kernel/vault/key-store';
import { deriveMasterKeys } from '../../kernel/vault/master-keys';
import type { RoomName } from '../../schema/vocabulary';
import { testDatabase, type TestDatabase } from './test-database';

/** The ledger's own connections beside those of any room. */
const LEDGER_POOL = 12;

export interface TestRooms {
  readonly database: TestDatabase;
  readonly ledger: OpenedLedger;
  readonly keyStore: KeyStore;
  readonly audit: RoomDatabase;
  room(name: RoomName): OpenRoom;
  /** Waits until every room has applied every entry. */
  settled(): Promise<void>;
  execute(room: RoomName, actor: Actor, document: string, variables?: Record<string, unknown>, atLeast?: number): Promise<RoomAnswer>;
}

export interface TestRoomsOptions {
  /** Stands between a room and the ledger: how tests make the ledger go away, lag or move on. */
  readonly wrapLedger?: (ledger: Ledger) => Ledger;
  readonly clock?: () => Date;
}

export function testRooms(definitions: readonly RoomDefinition[], options: TestRoomsOptions = {}): TestRooms {
  const database = testDatabase(AUDIT_DATABASE, KEY_STORE_DATABASE, ...definitions.map(databaseOf));
  const opened = new Opened(database, definitions, options);
  beforeAll(() => opened.open());
  database.beforeClose(() => opened.close());
  return opened;
}

class Opened implements TestRooms {
  ledger!: OpenedLedger;
  keyStore!: KeyStore;
  audit!: RoomDatabase;
  private readonly rooms = new Map<RoomName, OpenRoom>();

  constructor(
    readonly database: TestDatabase,
    private readonly definitions: readonly RoomDefinition[],
    private readonly options: TestRoomsOptions,
  ) {}

  async open(): Promise<void> {
    const base = this.database.config;
    const config = { ...base, database: { ...base.database, workerPoolSize: LEDGER_POOL } };
    const diagnostics = openDiagnostics(process.env['TEST_LOG'] === 'error' ? 'error' : 'silent');
    this.audit = await this.database.open(AUDIT_DATABASE);
    const keys = await this.database.open(KEY_STORE_DATABASE);
    this.keyStore = openKeyStore(keys.worker, deriveMasterKeys(config.masterKey));
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const signer = openPemSigner(config.ledger.origin, new Secret(pem));
    await createLedger(this.audit.worker, { origin: config.ledger.origin, vkey: signer.vkey, now: new Date() });
    this.ledger = await openLedger({ pool: this.audit.worker, signer, checkpointIntervalMs: 200, diagnostics });
    for (const definition of this.definitions) {
      const port = this.ledger.ledgerFor(definition.name);
      const ledger = this.options.wrapLedger?.(port) ?? port;
      const clock = this.options.clock;
      this.rooms.set(definition.name, await openRoom(definition, { config, ledger, keyStore: this.keyStore, diagnostics, ...(clock ? { clock } : {}) }));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.rooms.values()].map((room) => room.stop()));
    await this.ledger.stop();
  }

  room(name: RoomName): OpenRoom {
    const room = this.rooms.get(name);
    if (room === undefined) throw new Error(`this test opened no room ${name}`);
    return room;
  }

  async settled(): Promise<void> {
    const { size } = await this.ledger.ledgerFor('audit').read(0, 1, 0);
    for (const { database } of this.rooms.values()) {
      for (;;) {
        const { rows } = await database.worker.query<{ next_index: number }>('select next_index from follower');
        if (rows[0]!.next_index >= size) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  execute(room: RoomName, actor: Actor, document: string, variables: Record<string, unknown> = {}, atLeast = -1): Promise<RoomAnswer> {
    return this.room(room).execute({ actor, document, variables, operationName: null, requestId: 'test', atLeast, planned: false });
  }
}
