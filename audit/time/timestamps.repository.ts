/** Time stamps beside the checkpoints they are for. */
import type { Pool } from 'pg';
import type { TimestampRecord } from '../log/timestamp-file';

type Statements = Pick<Pool, 'query'>;

export interface StoredTimestamp extends TimestampRecord {
  /** Host of the authority that was asked. */
  readonly authority: string;
  /** As the token states it. */
  readonly at: Date;
}

const ADD = 'insert into checkpoint_timestamp (size, authority, token, stamped_at) values ($1, $2, $3, $4) on conflict do nothing';
const LAST = 'select size, stamped_at from checkpoint_timestamp where authority = $1 order by size desc limit 1';
const OF_CHECKPOINTS = 'select size, token from checkpoint_timestamp where size = any($1) order by size, authority';

export async function addTimestamp(database: Statements, { size, authority, token, at }: StoredTimestamp): Promise<void> {
  await database.query(ADD, [size, authority, token, at]);
}

export async function lastTimestamp(database: Statements, authority: string): Promise<{ readonly size: number; readonly at: Date } | null> {
  const { rows } = await database.query<{ size: string; stamped_at: Date }>(LAST, [authority]);
  const [last] = rows;
  return last === undefined ? null : { size: Number(last.size), at: last.stamped_at };
}

export async function readTimestamps(database: Statements, sizes: readonly number[]): Promise<TimestampRecord[]> {
  const { rows } = await database.query<{ size: string; token: Buffer }>(OF_CHECKPOINTS, [sizes]);
  return rows.map(({ size, token }) => ({ size: Number(size), token }));
}
