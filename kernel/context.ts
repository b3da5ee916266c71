/**
 * What a resolver works with during one fetch of one actor: a lazy read transaction, per-request loaders, the release gate
 * and the vault. Lives for one `Room.execute`; nothing in it may be shared between requests (DataLoader caches by actor).
 */
import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { Language } from '../schema/messages';
import type { TokenScope } from '../schema/token-scope';
import type { RoomName } from '../schema/vocabulary';
import type { Actor } from './actor';
import { HubError } from './errors';
import type { StandingPoint } from './follower/standing-point';
import type { Ledger } from './ledger';
import type { Receipts } from './outbox/receipts';
import type { OwnHistory } from './own-history';
import { Release } from './release/release';
import type { KnownRights } from './rights/known-rights';
import { ReadTransaction } from './read-transaction';
import type { Transaction, TransactionPlace } from './transaction';
import type { KeyStore } from './vault/key-store';
import { unseal } from './vault/seal';
import { keyMissing } from './vault/subject-key';

/** What a room lends to each of its requests. */
export interface RoomServices {
  readonly room: RoomName;
  readonly database: DataSource;
  readonly ledger: Ledger;
  readonly keyStore: KeyStore;
  readonly receipts: Receipts;
  /** How long the oldest record of this room has waited for the ledger. */
  readonly outboxSeconds: () => Promise<number>;
  readonly history: Pick<OwnHistory, 'isBehind' | 'refusal'>;
  readonly rights: KnownRights;
  readonly clock: () => Date;
  /** A follower unconfirmed for longer than this is behind (DESIGN §1: 2 s). */
  readonly followerBoundMs: number;
  /** How long a backup may still hold a key that was destroyed. */
  readonly backupRetentionDays: number;
  /** How long a command or a disclosure waits for its receipt. */
  readonly receiptDeadlineMs: number;
}

export interface RequestFacts {
  readonly actor: Actor;
  readonly requestId: string;
  readonly operationName: string | null;
  readonly documentHash: string;
  readonly language: Language;
  readonly atLeast: number;
}

type Batch<K, V> = (transaction: Transaction, keys: readonly K[]) => Promise<ArrayLike<V | Error>>;

export class RoomContext {
  /** The highest ledger index this request has seen: asked for, read at, or made by its own commands. */
  ledgerIndex: number;
  /** What further reads for the same operation must have followed, so that none shows less than this one did. */
  standsOn: number;
  /** The last disclosure made for this request. */
  disclosedIndex = -1;
  release: Release;
  /** Releases of snapshots that have ended; their disclosures are still to be appended before the answer leaves. */
  readonly endedReleases: Release[] = [];
  private transaction: Promise<ReadTransaction> | null = null;
  /** The same once it is connected. */
  private snapshot: ReadTransaction | null = null;
  private loaders = new Map<string, DataLoader<unknown, unknown, string>>();

  constructor(
    readonly services: RoomServices,
    readonly request: RequestFacts,
  ) {
    this.ledgerIndex = request.atLeast;
    this.standsOn = request.atLeast;
    this.release = this.freshRelease();
  }

  get actor(): Actor {
    return this.request.actor;
  }

  /** The snapshot this fetch reads from; its first statement waits until standing has reached what was asked for. */
  read(): Promise<Transaction> {
    return (this.transaction ??= this.connect());
  }

  /** Where that snapshot stands. */
  async standing(): Promise<StandingPoint> {
    return (await (this.transaction ??= this.connect())).stand();
  }

  /** Where a transaction of this request runs. */
  place(now: Date): TransactionPlace {
    return { database: this.services.database, now, boundMs: this.services.followerBoundMs };
  }

  /**
   * One batching loader per name and request. The batch runs in the snapshot and MUST answer in the order of the keys;
   * absent and out-of-scope keys are both null, by the same statement.
   */
  loader<K, V>(name: string, batch: Batch<K, V>, keyOf: (key: K) => string = String): DataLoader<K, V, string> {
    const known = this.loaders.get(name);
    if (known !== undefined) return known as unknown as DataLoader<K, V, string>;
    const loader = new DataLoader<K, V, string>(async (keys) => batch(await this.read(), keys), { cacheKeyFn: keyOf });
    this.loaders.set(name, loader);
    return loader;
  }

  /** Opens a vaulted value; null when the subject's key was destroyed: the value is erased. */
  async openVaulted(subjectId: string, binding: string, sealed: Buffer | null): Promise<string | null> {
    if (sealed === null) return null;
    const keys = this.loader<string, Buffer | null>('vault.keys', async (_transaction, ids) => {
      const found = await this.services.keyStore.keys(ids);
      const absent = new Set(found.size === ids.length ? [] : await this.services.keyStore.absent(ids.filter((id) => !found.has(id))));
      return ids.map((id) => found.get(id) ?? (absent.has(id) ? keyMissing() : null));
    });
    const key = await keys.load(subjectId);
    return key === null ? null : unseal(key, binding, sealed).toString('utf8');
  }

  /** A command of this request is entry `index`: whatever the operation reads from now on has followed it. */
  reached(index: number): void {
    this.ledgerIndex = Math.max(this.ledgerIndex, index);
    this.standsOn = Math.max(this.standsOn, index);
  }

  /** A scope narrows what the token's bearer may do; deny by default. */
  requireScope(scope: TokenScope): void {
    if (!this.actor.scopes.includes(scope)) throw new HubError('NOT_PERMITTED', `This operation needs the scope ${scope}.`, { ruleId: 'SCOPE-HELD' });
  }

  /** Ends the snapshot, so that what follows reads after a command or after catching up. Loaders and release start anew. */
  async endSnapshot(): Promise<void> {
    const open = this.transaction;
    this.transaction = this.snapshot = null;
    this.loaders = new Map();
    this.endedReleases.push(this.release);
    this.release = this.freshRelease();
    if (open === null) return;
    const transaction = await open;
    if (transaction.isOpen) this.stoodOn(transaction.standing);
    // Nobody waits for the end of what only reads: its rows are those of the snapshot, however that ends.
    transaction.end().catch(() => undefined);
  }

  /** Gives up the snapshot after a failure; what was read never leaves. */
  async abandonSnapshot(): Promise<void> {
    const open = this.transaction;
    this.transaction = this.snapshot = null;
    if (open !== null) await open.then((transaction) => transaction.end());
  }

  private freshRelease(): Release {
    return new Release(this.actor, { read: () => this.read(), opened: () => (this.snapshot?.isOpen === true ? this.snapshot : null) }, this.services.rights, this.services.followerBoundMs);
  }

  private async connect(): Promise<ReadTransaction> {
    const { database, followerBoundMs: boundMs, clock, receiptDeadlineMs: deadlineMs } = this.services;
    this.snapshot = await ReadTransaction.connect({ database, boundMs, clock, standsOn: this.standsOn, deadlineMs }, this.actor);
    return this.snapshot;
  }

  /** What the operation's next fetch may not fall behind. */
  private stoodOn({ index, changedIndex }: StandingPoint): void {
    this.ledgerIndex = Math.max(this.ledgerIndex, index);
    this.standsOn = Math.max(this.standsOn, changedIndex);
  }
}
