/** A process that can be killed between any two statements it sends, for tests of what survives it. */
import type { Pool, PoolClient } from 'pg';

/** Counts the statements of a process and kills it before one of them: after the one before it, as the database sees it. */
export function dyingPool(pool: Pool, at: number, watch: (sql: string) => Promise<void> = async () => undefined) {
  const life = { statements: 0, isDead: false };
  const die = (): never => {
    life.isDead = true;
    throw new Error('killed');
  };
  const send = async (target: { query(...parameters: unknown[]): Promise<unknown> }, parameters: unknown[]): Promise<unknown> => {
    life.statements += 1;
    if (life.isDead || life.statements >= at) die();
    const [statement] = parameters as [string | { text?: string }];
    await watch(typeof statement === 'string' ? statement : (statement.text ?? ''));
    return target.query(...parameters);
  };
  const isCopy = (statement: unknown): boolean => typeof statement === 'object' && statement !== null && 'pipe' in statement;
  const client = (target: PoolClient): PoolClient =>
    new Proxy(target, {
      get(_target, property) {
        if (property === 'query') return (...parameters: unknown[]) => (isCopy(parameters[0]) ? (target.query as (...all: unknown[]) => unknown)(...parameters) : send(target, parameters));
        // A dead process's connection is closed by the system: its transaction is rolled back, its locks are freed.
        if (property === 'release') return () => target.release(life.isDead);
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
      },
    });
  const proxy = new Proxy(pool, {
    get(target, property) {
      if (property === 'connect') return async () => (life.isDead ? die() : client(await target.connect()));
      if (property === 'query') return (...parameters: unknown[]) => send(target, parameters);
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
    },
  });
  return { pool: proxy, life };
}
