/**
 * What a resolver works with during one fetch of one actor: a lazy read transaction, per-request loaders, the release gate
 * and the vault. Lives for one `Room.execute`; nothing in it may be shared between requests (DataLoader caches by actor).
 */
import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { Language } from '../schema/messages';
import type { RoomName } from '../schema/vocabulary';
import type { Actor } from './actor';
import { HubError } from './errors';
import { awaitStanding } from './follower/standing-point';
import type { Ledger } from './ledger';
import type { Receipts } from './outbox/receipts';
import type { OwnHistory } from './own-history';
import { Release } from './release/release';
import type { KnownRights } from './rights/known-rights';
import { openReadTransaction, type OpenTransaction, type Transaction, type TransactionPlace } from './transaction';
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
  private transaction: Promise<OpenTransaction> | null = null;
  /** The same once it is open. */
  private snapshot: Transaction | null = null;
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

  /** The snapshot this fetch reads from, opened at the first use; waits until standing has reached what was asked for. */
  read(): Promise<Transaction> {
    return (this.transaction ??= this.openSnapshot());
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
  requireScope(scope: string): void {
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
    // Nobody waits for the end of what only reads: its rows are those of the snapshot, however that ends.
    transaction.commit().catch(() => undefined);
  }

  /** Gives up the snapshot after a failure; what was read never leaves. */
  async abandonSnapshot(): Promise<void> {
    const open = this.transaction;
    this.transaction = this.snapshot = null;
    if (open !== null) await open.then((transaction) => transaction.rollback());
  }

  private freshRelease(): Release {
    return new Release(this.actor, { read: () => this.read(), opened: () => this.snapshot }, this.services.rights, this.services.followerBoundMs);
  }

  /** Reads ahead of asking: the snapshot says itself how far it stands, and it has nearly always come far enough. */
  private async openSnapshot(): Promise<OpenTransaction> {
    const { database, clock, receiptDeadlineMs } = this.services;
    let transaction = await openReadTransaction(this.place(clock()), this.actor);
    while (transaction.standing.index < this.standsOn) {
      await transaction.rollback();
      await awaitStanding(database, this.standsOn, receiptDeadlineMs);
      transaction = await openReadTransaction(this.place(clock()), this.actor);
    }
    this.ledgerIndex = Math.max(this.ledgerIndex, transaction.standing.index);
    this.standsOn = Math.max(this.standsOn, transaction.standing.changedIndex);
    this.snapshot = transaction;
    return transaction;
  }
}
