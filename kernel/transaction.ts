/**
 * Database transactions of a room under the row scope of one actor. Reads run in one read-only snapshot, writes in one
 * TypeORM transaction; all statements of a transaction run one after the other on its single connection.
 * Refuses to run without an actor: a setting that is not there means no row at all.
 */
import { escapeLiteral } from 'pg';
import type { ClientBase, QueryResult } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Actor } from './actor';
import { standingStatement, toStandingPoint, type FollowerRow, type StandingPoint } from './follower/standing-point';

export interface Transaction {
  readonly manager: EntityManager;
  /** The instant every rule of this transaction decides at. */
  readonly now: Date;
  /** How far this room has followed the ledger, as of this transaction. */
  readonly standing: StandingPoint;
  query<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Hot statements by name: planned once per connection, a fifth of the cost of the query builder. */
  prepared<T>(name: string, sql: string, values: readonly unknown[]): Promise<T[]>;
}

/** Where and at which instant a transaction runs; `boundMs` is how long a follower may go unconfirmed. */
export interface TransactionPlace {
  readonly database: DataSource;
  readonly now: Date;
  readonly boundMs: number;
}

export interface OpenTransaction extends Transaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** SET LOCAL only: a plain SET would stay on the pooled connection for the next actor. */
function scopeSettings(actor: Actor): string {
  return [
    `set local cession.audience = ${escapeLiteral(actor.audience)}`,
    `set local cession.sub = ${escapeLiteral(actor.sub)}`,
    `set local cession.org = ${escapeLiteral(actor.org)}`,
  ].join('; ');
}

/**
 * pg allows one query at a time on a connection; parallel DataLoaders would queue inside the driver, which it has
 * deprecated. The promise chain keeps the order and lets each caller see only its own failure.
 */
function serialise(runner: QueryRunner): <T>(task: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = tail.then(task, task);
    tail = turn;
    return turn;
  };
  const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
  runner.query = ((...parameters: unknown[]) => inTurn(() => query(...parameters))) as typeof runner.query;
  return inTurn;
}

/** Scope and standing travel with BEGIN in one message: no round trip of their own. The last statement answers. */
async function begin(client: ClientBase, statements: string, actor: Actor, boundMs: number): Promise<StandingPoint> {
  const results = (await client.query(`${statements}${scopeSettings(actor)}; ${standingStatement(boundMs)}`)) as unknown as QueryResult<FollowerRow>[];
  return toStandingPoint(results.at(-1)!.rows[0]);
}

interface InTurn {
  readonly inTurn: ReturnType<typeof serialise>;
}

function transactionOn(runner: QueryRunner, client: ClientBase, at: { now: Date; standing: StandingPoint }): Transaction & InTurn {
  const inTurn = serialise(runner);
  return {
    manager: runner.manager,
    ...at,
    inTurn,
    query: async <T>(sql: string, values: readonly unknown[] = []) => (await inTurn(() => client.query(sql, [...values]))).rows as T[],
    prepared: async <T>(name: string, sql: string, values: readonly unknown[]) =>
      (await inTurn(() => client.query({ name, text: sql, values: [...values] }))).rows as T[],
  };
}

/**
 * One snapshot for decision and rows: standing, follower position and rows are read as of the same moment, so the
 * index a disclosure cites is the one its decision used.
 */
export async function openReadTransaction(place: TransactionPlace, actor: Actor): Promise<OpenTransaction> {
  const { database, now, boundMs } = place;
  const runner = database.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    const standing = await begin(client, 'begin isolation level repeatable read read only; ', actor, boundMs);
    const transaction = transactionOn(runner, client, { now, standing });
    const end = async (statement: string) => {
      try {
        await transaction.inTurn(() => client.query(statement));
      } finally {
        await runner.release();
      }
    };
    return { ...transaction, commit: () => end('commit'), rollback: () => end('rollback') };
  } catch (error) {
    await runner.release();
    throw error;
  }
}

/** Runs `task` in one write transaction under the actor's row scope; commits when it resolves, rolls back when it throws. */
export async function writeTransaction<T>(place: TransactionPlace, actor: Actor, task: (transaction: Transaction) => Promise<T>): Promise<T> {
  const { database, now, boundMs } = place;
  const runner = database.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await runner.startTransaction();
    const standing = await begin(client, '', actor, boundMs);
    const answer = await task(transactionOn(runner, client, { now, standing }));
    await runner.commitTransaction();
    return answer;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
