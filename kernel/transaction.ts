/**
 * Write transactions of a room under the row scope of one actor, and what every transaction offers; read-transaction.ts has
 * those that only read. All statements of a transaction run one after the other on its single connection.
 * Refuses to run without an actor: a setting that is not there means no row at all.
 */
import type { ClientBase } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Actor } from './actor';
import type { NamedStatement } from './opening-query';
import { standingStatement, toStandingPoint, type FollowerRow, type StandingPoint } from './follower/standing-point';

export interface Transaction {
  /** The instant every rule of this transaction decides at. */
  readonly now: Date;
  /** How far this room has followed the ledger, as of this transaction; known from its first statement on. */
  readonly standing: StandingPoint;
  query<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Hot statements by name: planned once per connection, a fifth of the cost of the query builder. */
  prepared<T>(name: string, sql: string, values: readonly unknown[]): Promise<T[]>;
}

export interface WriteTransaction extends Transaction {
  readonly manager: EntityManager;
}

/** Where and at which instant a transaction runs; `boundMs` is how long a follower may go unconfirmed. */
export interface TransactionPlace {
  readonly database: DataSource;
  readonly now: Date;
  readonly boundMs: number;
}

/**
 * Row scope and standing in one statement, which answers with the standing. Local to the transaction (`true`): a setting of
 * the session would stay on the pooled connection for the next actor. One row always: the settings are made with it.
 */
export function openingStatement({ audience, sub, org }: Actor, boundMs: number): NamedStatement<string> {
  const text = `select set_config('cession.audience', $1, true), set_config('cession.sub', $2, true), set_config('cession.org', $3, true), standing.*
    from (values (1)) one left join (${standingStatement(boundMs)}) standing on true`;
  return { name: `open_${boundMs}`, text, values: [audience, sub, org] };
}

type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * pg allows one query at a time on a connection; parallel DataLoaders would queue inside the driver, which it has
 * deprecated. The promise chain keeps the order and lets each caller see only its own failure.
 */
export function oneAtATime(): InTurn {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = tail.then(task, task);
    tail = turn;
    return turn;
  };
}

function transactionOn(runner: QueryRunner, client: ClientBase, at: { now: Date; standing: StandingPoint }): WriteTransaction {
  const inTurn = oneAtATime();
  const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
  runner.query = ((...parameters: unknown[]) => inTurn(() => query(...parameters))) as typeof runner.query;
  return {
    manager: runner.manager,
    ...at,
    query: async <T>(sql: string, values: readonly unknown[] = []) => (await inTurn(() => client.query(sql, [...values]))).rows as T[],
    prepared: async <T>(name: string, sql: string, values: readonly unknown[]) =>
      (await inTurn(() => client.query({ name, text: sql, values: [...values] }))).rows as T[],
  };
}

/** Runs `task` in one write transaction under the actor's row scope; commits when it resolves, rolls back when it throws. */
export async function writeTransaction<T>(place: TransactionPlace, actor: Actor, task: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
  const { database, now, boundMs } = place;
  const runner = database.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await runner.startTransaction();
    const { rows } = await client.query<FollowerRow>(openingStatement(actor, boundMs));
    const answer = await task(transactionOn(runner, client, { now, standing: toStandingPoint(rows[0]) }));
    await runner.commitTransaction();
    return answer;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
