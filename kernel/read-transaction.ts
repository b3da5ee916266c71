/**
 * A read-only transaction under the row scope of one actor: one snapshot for decision and rows. It begins with its first
 * statement, in the same message, and only where the room has followed the ledger as far as the reader has seen it.
 */
import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import type { Actor } from './actor';
import { awaitStanding, toStandingPoint, type FollowerRow, type StandingPoint } from './follower/standing-point';
import { openWith, type NamedStatement } from './opening-query';
import { oneAtATime, openingStatement, type Transaction, type TransactionPlace } from './transaction';

export interface ReadPlace extends Omit<TransactionPlace, 'now'> {
  readonly clock: () => Date;
  /** What the snapshot MUST stand on at least; -1 asks for nothing. */
  readonly standsOn: number;
  /** How long it may wait for that. */
  readonly deadlineMs: number;
}

const BEGIN: NamedStatement<string> = { name: 'begin_read', text: 'begin isolation level repeatable read read only', values: [] };
/** For who asks where the room stands and reads nothing. */
const NOTHING: NamedStatement = { name: 'nothing', text: 'select', values: [] };

export class ReadTransaction implements Transaction {
  now: Date;
  private point: StandingPoint | null = null;
  private failure: Error | null = null;
  private readonly inTurn = oneAtATime();

  private constructor(
    private readonly runner: QueryRunner,
    private readonly client: Client,
    private readonly place: ReadPlace,
    private readonly actor: Actor,
  ) {
    this.now = place.clock();
  }

  /** On a connection of its own, which `end` gives back. */
  static async connect(place: ReadPlace, actor: Actor): Promise<ReadTransaction> {
    const runner = place.database.createQueryRunner();
    try {
      return new ReadTransaction(runner, (await runner.connect()) as Client, place, actor);
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.point !== null;
  }

  get standing(): StandingPoint {
    if (this.point === null) throw new Error('Where a read stands is known from its first statement on.');
    return this.point;
  }

  /** Begins it now if nothing has been read yet. */
  async stand(): Promise<StandingPoint> {
    return this.point ?? (await this.inTurn(() => this.run(NOTHING)), this.standing);
  }

  query<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return this.inTurn(async () => {
      if (this.point === null) await this.run(NOTHING);
      return (await this.client.query(sql, [...values])).rows as T[];
    });
  }

  prepared<T>(name: string, text: string, values: readonly unknown[]): Promise<T[]> {
    return this.inTurn(() => this.run<T>({ name, text, values: [...values] }));
  }

  /** Ends the snapshot and gives the connection back. There is nothing to commit. */
  async end(): Promise<void> {
    try {
      if (this.point !== null) await this.inTurn(() => this.client.query('commit'));
    } finally {
      await this.runner.release();
    }
  }

  private async run<T>(statement: NamedStatement): Promise<T[]> {
    if (this.failure !== null) throw this.failure;
    if (this.point !== null) return (await this.client.query(statement)).rows as T[];
    try {
      return (await this.open(statement)) as T[];
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  /** Reads ahead of asking: the snapshot says itself how far it stands, and it has nearly always come far enough. */
  private async open(first: NamedStatement): Promise<unknown[]> {
    const { boundMs, standsOn, deadlineMs, clock } = this.place;
    for (;;) {
      const [, opening, answer] = await openWith(this.client, BEGIN, openingStatement(this.actor, boundMs), first);
      const point = toStandingPoint(opening!.rows[0] as FollowerRow);
      if (point.index >= standsOn) {
        this.point = point;
        return answer!.rows;
      }
      await this.client.query('rollback');
      // On its own connection: readers who waited for a second one while they held the first would wait for each other.
      await awaitStanding({ query: async <T>(sql: string) => (await this.client.query(sql)).rows as T }, standsOn, deadlineMs);
      this.now = clock();
    }
  }
}

/** Runs `task` in one read-only snapshot under the actor's row scope. */
export async function readTransaction<T>({ database, boundMs, now }: TransactionPlace, actor: Actor, task: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = await ReadTransaction.connect({ database, boundMs, clock: () => now, standsOn: -1, deadlineMs: 0 }, actor);
  try {
    return await task(transaction);
  } finally {
    await transaction.end();
  }
}
