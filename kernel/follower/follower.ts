/**
 * The follower of a room: applies ledger entries in order to the room's standing tables, each with its index and hash in
 * one transaction. Checks contiguity, the hash chain and signed checkpoints; on any mismatch it halts and says where.
 * Skips event types nobody here follows; halts on an unknown version of one that is followed. By which key checkpoints
 * are believed is followed, too.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { ParsedEvent } from '../../audit/log/event-shape';
import { CompactRange } from '../../audit/log/tree';
import type { Ledger, LedgerPage, StoredEntry } from '../ledger';
import type { KeyStore } from '../vault/key-store';
import { workerTransaction } from '../worker-transaction';
import { FollowerMismatch, readFollowedEvent, type FollowedEvent } from './followed-event';
import { FollowedKeys } from './followed-keys';
import { readEntry } from './read-entry';

/** What a handler reaches beyond its transaction: only what it may repeat, for a transaction that fails is run again. */
export interface FollowMeans {
  readonly keyStore: Pick<KeyStore, 'destroyKeys'>;
}

/** Applies one event; runs inside the transaction that also moves the follower's position. */
export type FollowHandler = (client: PoolClient, event: FollowedEvent, means: FollowMeans) => Promise<void>;

/** Applies all its events of a page in one go, behind everything else of the page: where an import says thousands and their order is nothing. */
export type PageHandler = (client: PoolClient, events: readonly FollowedEvent[]) => Promise<void>;

interface FollowedVersions {
  readonly versions: readonly number[];
  /** Entries of the type that it says no to are passed like those nobody follows: most disclosures concern no follower. */
  readonly concerns?: (event: ParsedEvent) => boolean;
}

/** Event type → the versions this room can read. Older versions are read by upcasters inside the handler. */
export type Following = FollowedVersions & ({ readonly handler: FollowHandler; readonly pageHandler?: never } | { readonly pageHandler: PageHandler; readonly handler?: never });

export interface FollowerOptions extends FollowMeans {
  readonly worker: Pool;
  readonly ledger: Ledger;
  readonly following: ReadonlyMap<string, readonly Following[]>;
  /** Has to be done before the first entry is applied; tried again until it is. */
  readonly before?: () => Promise<void>;
  /** The kept position is not the one this follower left: the room's database is another copy. It begins again from there. */
  readonly onMoved?: () => Promise<void>;
  readonly onHalt: (error: Error) => void;
  /** Anything else that went wrong: it is tried again from the position kept in the database. */
  readonly onTrouble: (error: unknown) => void;
}

const PAGE = 512;
const WAIT_MS = 400;
const RETRY_MS = 200;

/**
 * A rest after a page that changed no standing: disclosures come by the hundred a second, and one write for ten of them is
 * enough. No read waits for it, for later hops stand on what changed; a command's own entry may wait so long to be followed.
 */
const REST_MS = 25;

/**
 * Does not wait for the disk: standing and position are lost together or not at all, and what is lost is followed again.
 * `set_config` sits in the statement because it must hold for this transaction only and a message of its own costs as much.
 */
const KEEP_POSITION = `update follower set next_index = $1, leaf_hash = $2, frontier = $3, vkey = $4, changed_index = $6,
  confirmed_at = case when $5 then clock_timestamp() else confirmed_at end
  where next_index = $7 and leaf_hash = $8 and set_config('synchronous_commit', 'off', true) is not null`;

interface PositionRow {
  readonly next_index: number;
  readonly leaf_hash: Buffer;
  readonly frontier: Buffer;
  readonly vkey: string | null;
  readonly changed_index: number;
}

interface Position {
  nextIndex: number;
  leafHash: Buffer;
  range: CompactRange;
  keys: FollowedKeys;
  /** Of the last entry that somebody here follows; -1 before the first. */
  changedIndex: number;
}

export class Follower {
  private stopped = false;
  private running: Promise<void> | null = null;

  constructor(private readonly options: FollowerOptions) {}

  /** Runs until stopped; call only while holding the room's follower lease. */
  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    let position: Position | null = null;
    let before = this.options.before;
    while (!this.stopped) {
      try {
        await before?.();
        before = undefined;
        position ??= await this.loadPosition();
        const page = await this.options.ledger.read(position.nextIndex, PAGE, WAIT_MS);
        await this.apply(position, page);
      } catch (error) {
        if (error instanceof FollowerMismatch) {
          this.options.onHalt(error);
          return;
        }
        position = null;
        if (error instanceof PositionMoved) before = () => this.beginAgain();
        this.options.onTrouble(error);
        if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async beginAgain(): Promise<void> {
    await this.options.onMoved?.();
    await this.options.before?.();
  }

  private async loadPosition(): Promise<Position> {
    const { rows } = await this.options.worker.query<PositionRow>('select next_index, leaf_hash, frontier, vkey, changed_index from follower');
    const row = rows[0]!;
    return { nextIndex: row.next_index, leafHash: row.leaf_hash, range: CompactRange.restore(row.next_index, row.frontier), keys: new FollowedKeys(row.vkey), changedIndex: row.changed_index };
  }

  private async apply(position: Position, page: LedgerPage): Promise<void> {
    if (page.size < position.nextIndex) {
      throw new FollowerMismatch(`the ledger ends at ${page.size}, before entry ${position.nextIndex - 1} that this room has already applied`);
    }
    const next: Position = { ...position, range: position.range.clone() };
    const followed = this.check(next, page);
    next.changedIndex = followed.at(-1)?.index ?? next.changedIndex;
    const atHead = page.size === next.nextIndex;
    if (followed.length === 0) {
      await this.keepPosition(this.options.worker, position, { next, atHead });
    } else {
      await workerTransaction(this.options.worker, async (client) => {
        const together = new Map<PageHandler, FollowedEvent[]>();
        for (const entry of followed) await this.dispatch(client, entry, together);
        for (const [pageHandler, events] of together) await pageHandler(client, events);
        await this.keepPosition(client, position, { next, atHead });
      });
    }
    Object.assign(position, next);
    if (followed.length === 0 && page.entries.length > 0 && atHead) await pause(REST_MS);
  }

  /** Moves the position over the page, entry by entry, and returns the entries that somebody here follows. */
  private check(position: Position, page: LedgerPage): StoredEntry[] {
    this.checkRoot(position, page.checkpoint);
    return page.entries.filter((entry) => {
      this.extend(position, entry);
      this.checkRoot(position, page.checkpoint);
      return this.concernedBy(readEntry(entry.bytes).entry.event).length > 0;
    });
  }

  private concernedBy(event: ParsedEvent): readonly Following[] {
    const followings = this.options.following.get(event.type) ?? [];
    return followings.filter(({ concerns }) => concerns === undefined || concerns(event));
  }

  private extend(position: Position, { index, bytes }: StoredEntry): void {
    const { entry, leafHash } = readEntry(bytes);
    if (index !== position.nextIndex || entry.index !== index) {
      throw new FollowerMismatch(`expected entry ${position.nextIndex}, the ledger gave ${entry.index}`);
    }
    if (entry.prev !== position.leafHash.toString('base64url')) {
      throw new FollowerMismatch(`entry ${index} does not follow the entry this room applied before it`);
    }
    position.leafHash = leafHash;
    position.range.append(leafHash);
    position.nextIndex = index + 1;
    position.keys.accept(entry);
  }

  /** A checkpoint is signed once per second: every page that reaches its size is checked against its root. */
  private checkRoot(position: Position, note: string | null): void {
    const checkpoint = note === null ? null : position.keys.open(note, position.nextIndex);
    if (checkpoint?.size === position.nextIndex && !checkpoint.root.equals(position.range.root())) {
      throw new FollowerMismatch(`the entries before ${position.nextIndex} do not lead to the root of the signed checkpoint of that size`);
    }
  }

  private async dispatch(client: PoolClient, entry: StoredEntry, together: Map<PageHandler, FollowedEvent[]>): Promise<void> {
    const event = readFollowedEvent(entry);
    for (const { versions, handler, pageHandler } of this.concernedBy(readEntry(entry.bytes).entry.event)) {
      if (!versions.includes(event.typeVersion)) {
        throw new FollowerMismatch(`entry ${event.index}: ${event.type} version ${event.typeVersion} is newer than this room can read`);
      }
      if (pageHandler === undefined) await handler(client, event, this.options);
      else if (!together.get(pageHandler)?.push(event)) together.set(pageHandler, [event]);
    }
  }

  /**
   * Only a page that ends at the head confirms; a long replay is behind until its last page. Moves the position from where this
   * follower left it and from nowhere else: rows restored under it lack what was applied since, and would never get it.
   */
  private async keepPosition(client: Pick<PoolClient, 'query'>, from: Position, { next, atHead }: { next: Position; atHead: boolean }): Promise<void> {
    const values = [next.nextIndex, next.leafHash, next.range.serialise(), next.keys.vkey, atHead, next.changedIndex, from.nextIndex, from.leafHash];
    const { rowCount } = await client.query({ name: 'follower_position', text: KEEP_POSITION, values });
    if (rowCount !== 1) throw new PositionMoved();
  }
}

class PositionMoved extends Error {
  constructor() {
    super("the position kept in the room's database is not the one this follower left there");
    this.name = 'PositionMoved';
  }
}
