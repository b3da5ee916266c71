/**
 * Real rooms on a real database and a real ledger writer, without gateway: for tests of what a room itself promises.
 * Entered only through `Room.execute`, as any transport would, with documents taken as planned: what a room refuses here it
 * refuses by itself, without the contract in front of it.
 */
import { AUDIT_DATABASE } from '../../audit/definition';
import type { OpenedLedger } from '../../audit/ledger-port';
import type { Actor } from '../../kernel/actor';
import type { Ledger } from '../../kernel/ledger';
import type { RoomAnswer } from '../../kernel/room';
import { databaseOf, openRoom, type OpenRoom, type RoomDefinition } from '../../kernel/room-host';
import { KEY_STORE_DATABASE, openKeyStore, type KeyStore } from '../../kernel/vault/key-store';
import { deriveMasterKeys } from '../../kernel/vault/master-keys';
import type { RoomName } from '../../schema/vocabulary';
import { testDatabase, type TestDatabase } from './test-database';
import { openTestLedger, testDiagnostics } from './test-ledger';

export interface TestRooms {
  readonly database: TestDatabase;
  readonly ledger: OpenedLedger;
  readonly keyStore: KeyStore;
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
  private readonly rooms = new Map<RoomName, OpenRoom>();

  constructor(
    readonly database: TestDatabase,
    private readonly definitions: readonly RoomDefinition[],
    private readonly options: TestRoomsOptions,
  ) {}

  async open(): Promise<void> {
    const { config } = this.database;
    const diagnostics = testDiagnostics();
    const keys = await this.database.open(KEY_STORE_DATABASE);
    this.keyStore = openKeyStore(keys.worker, deriveMasterKeys(config.masterKey));
    this.ledger = await openTestLedger(this.database);
    for (const definition of this.definitions) {
      const port = this.ledger.ledgerFor(definition.name);
      const ledger = this.options.wrapLedger?.(port) ?? port;
      const clock = this.options.clock;
      this.rooms.set(definition.name, await openRoom(definition, { config, ledger, keyStore: this.keyStore, diagnostics, ...(clock ? { clock } : {}) }));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.rooms.values()].map((room) => room.stop()));
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
    return this.room(room).execute({ actor, document, variables, operationName: null, requestId: 'test', atLeast, planned: true });
  }
}
