/**
 * Opens a room: database, execution core, and under leases its relay, its follower and the sweep of refusals. What a room
 * is comes from its definition; nothing here knows any room by name.
 */
import type { MigrationInterface } from 'typeorm';
import type { RoomSchema } from '../schema/subgraph-schema';
import type { RoomName } from '../schema/vocabulary';
import type { PreparedConfig } from './config';
import type { RoomServices } from './context';
import { openRoomDatabase, type RoomDatabase } from './database/room-database';
import type { Diagnostics } from './diagnostics';
import { RoomExecution } from './execution';
import { Follower, type Following, type FollowMeans } from './follower/follower';
import { withStanding } from './follower/standing.follower';
import { holdLease, type Lease } from './lease';
import type { Ledger } from './ledger';
import { readOutboxAlarms, readOutboxSeconds } from './outbox/outbox-age';
import { OwnHistory } from './own-history';
import { Receipts } from './outbox/receipts';
import { Relay, type Reconsideration } from './outbox/relay';
import { SettledRecords } from './outbox/settled-records';
import { localiseRefusals } from './refusal-language';
import { sweepRefusals } from './refusals';
import { gatePersonalFields } from './release/personal-fields';
import type { Room } from './room';
import { KnownRights } from './rights/known-rights';
import { readUnready } from './room-readiness';
import type { KeyStore } from './vault/key-store';
import { rest } from './rest';

export interface RoomDefinition {
  readonly name: RoomName;
  readonly subgraph: () => RoomSchema;
  readonly rows: readonly (new () => object)[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** What the room follows beside the shared standing. */
  readonly following: ReadonlyMap<string, readonly Following[]>;
  /** What the room makes sure of each time it begins to follow. */
  readonly beforeFollowing?: (worker: RoomDatabase['worker'], means: FollowMeans) => Promise<void>;
  /** A sentence for the operator when the room lacks something outside its own tables without which it must not write. */
  readonly missing?: (worker: RoomDatabase['worker'], keyStore: KeyStore) => Promise<string | null>;
  readonly reconsiderations: ReadonlyMap<string, Reconsideration>;
}

export interface RoomSurroundings {
  readonly config: PreparedConfig;
  readonly ledger: Ledger;
  readonly keyStore: KeyStore;
  readonly diagnostics: Diagnostics;
  readonly clock?: () => Date;
}

export interface OpenRoom extends Room {
  readonly database: RoomDatabase;
  readonly services: RoomServices;
}

const SWEEP_MS = 10_000;
/** From one look for outbox records that need no content any more to the next. */
const EMPTY_MS = 3_600_000;
/** A fetch that takes longer has nobody waiting for it: the gateway's deadline is over. */
const LAST_FETCHES_MS = 10_000;

/** The part of a definition the database needs; migrations are run by `migrateRoom` before a room is opened. */
export function databaseOf(definition: RoomDefinition) {
  return { room: definition.name, rows: definition.rows, migrations: definition.migrations };
}

export async function openRoom(definition: RoomDefinition, surroundings: RoomSurroundings): Promise<OpenRoom> {
  const { config, ledger, keyStore, diagnostics, clock = () => new Date() } = surroundings;
  const database = await openRoomDatabase(config, databaseOf(definition));
  const receipts = new Receipts(database.worker);
  const history = new OwnHistory({ worker: database.worker, ledger, diagnostics, missing: async () => (await definition.missing?.(database.worker, keyStore)) ?? null });
  const services: RoomServices = {
    room: definition.name,
    database: database.request,
    ledger,
    keyStore,
    receipts,
    outboxSeconds: () => readOutboxSeconds(database.worker),
    history,
    rights: new KnownRights(),
    clock,
    followerBoundMs: config.ledger.followerBoundMs,
    receiptDeadlineMs: config.ledger.receiptDeadlineMs,
    backupRetentionDays: config.backupRetentionDays,
  };
  const { schema } = definition.subgraph();
  gatePersonalFields(schema);
  localiseRefusals(schema);
  const execution = new RoomExecution(schema, services, diagnostics);
  const workers = startWorkers(definition, surroundings, { database, receipts, history });
  const fetches = new RunningFetches();
  return {
    name: definition.name,
    database,
    services,
    execute: (request) => fetches.run(execution.execute(request)),
    unready: () => readUnready(database.worker, config.ledger.followerBoundMs, workers.halted),
    alarms: async () => [...history.alarms(), ...(await readOutboxAlarms(database.worker))],
    async stop() {
      await fetches.ended(LAST_FETCHES_MS);
      await history.stop();
      await workers.stop();
      await database.close();
    },
  };
}

/** Fetches in flight: one whose caller has gone still reads, and would fail on a pool that was closed under it. */
class RunningFetches {
  private readonly running = new Set<Promise<unknown>>();

  run<T>(fetch: Promise<T>): Promise<T> {
    this.running.add(fetch);
    const forget = (): void => void this.running.delete(fetch);
    fetch.then(forget, forget);
    return fetch;
  }

  async ended(atMostMs: number): Promise<void> {
    const deadline = new AbortController();
    await Promise.race([Promise.allSettled(this.running), rest(atMostMs, deadline.signal)]);
    deadline.abort();
  }
}

interface WorkerTools {
  readonly database: RoomDatabase;
  readonly receipts: Receipts;
  readonly history: OwnHistory;
}

interface Workers {
  readonly halted: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Relay, follower and sweep: each at most once among all replicas of a room, wherever its lease happens to be. */
function startWorkers(definition: RoomDefinition, surroundings: RoomSurroundings, { database, receipts, history }: WorkerTools): Workers {
  const { config, ledger, keyStore, diagnostics, clock = () => new Date() } = surroundings;
  const { worker } = database;
  const halted = new Set<string>();
  const onHalt = (part: string) => (error: Error) => {
    halted.add(part);
    diagnostics.fatal({ room: definition.name, err: error }, `the ${part} has halted`);
  };
  const onTrouble = (part: string) => (err: unknown) => diagnostics.warn({ part, err }, `the ${part} tries again`);
  const following = withStanding(definition.following);
  const leases: Lease[] = [
    runUnderLease(worker, `relay:${definition.name}`, () => {
      const relay = new Relay({ worker, ledger, receipts, history, reconsiderations: definition.reconsiderations, onHalt: onHalt('relay'), onTrouble: onTrouble('relay') });
      const sweepOnce = async (): Promise<void> => {
        if (await history.isBehind()) return;
        await sweepRefusals(worker);
        receipts.recorded();
      };
      const sweep = setInterval(() => void sweepOnce().catch((err: unknown) => diagnostics.warn({ err }, 'the sweep of refusals failed')), SWEEP_MS);
      const records = new SettledRecords({ worker, ledger, days: config.backupRetentionDays });
      const emptyOnce = async (): Promise<void> => {
        if (!(await history.isBehind())) await records.empty(clock());
      };
      const emptying = setInterval(() => void emptyOnce().catch((err: unknown) => diagnostics.warn({ err }, 'settled records of the outbox could not be emptied')), EMPTY_MS);
      relay.start();
      return async () => (clearInterval(sweep), clearInterval(emptying), relay.stop());
    }),
    runUnderLease(worker, `follower:${definition.name}`, () => {
      const before = async () => definition.beforeFollowing?.(worker, { keyStore });
      const follower = new Follower({ worker, ledger, keyStore, following, before, onMoved: () => history.compareNow(), onHalt: onHalt('follower'), onTrouble: onTrouble('follower') });
      follower.start();
      return () => follower.stop();
    }),
  ];
  return {
    halted,
    async stop() {
      await Promise.all(leases.map((lease) => lease.stop()));
    },
  };
}

/** Starts the work each time the lease is obtained and ends it when the lease is; a stop waits for the work to end first. */
function runUnderLease(pool: RoomDatabase['worker'], name: string, start: () => () => Promise<void>): Lease {
  let ending: Promise<void> = Promise.resolve();
  const lease = holdLease(pool, name, {
    onHeld(held) {
      const stop = start();
      const end = (): void => {
        ending = stop();
      };
      held.addEventListener('abort', end, { once: true });
    },
  });
  return {
    get isHeld() {
      return lease.isHeld;
    },
    async stop() {
      await lease.stop();
      await ending;
    },
  };
}
