/**
 * Which generation of the blind-index key is in use, kept in the key store. A rotation names the next one first and puts it to use
 * last; in between nothing may look anybody up, so whoever opens the key store then is refused.
 */
import type { Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BlindGeneration1763700000002 implements MigrationInterface {
  readonly name = 'BlindGeneration1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table blind_generation (singleton boolean primary key default true check (singleton), current int not null default 1, pending int check (pending = current + 1))');
    await runner.query('insert into blind_generation default values');
    await runner.query('grant select, update on blind_generation to cession_keystore');
  }

  /** Forward only (DESIGN §7). */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

export interface BlindGeneration {
  readonly current: number;
  /** The one that a rotation is moving to; null when none is under way. */
  readonly pending: number | null;
  /** The key itself, wrapped, when it came from a master key that was rotated away; null: it comes from the present one. */
  readonly sealed: Buffer | null;
}

export const BLINDING_BINDING = 'blind-index-key';

export async function readBlindGeneration(pool: Pool): Promise<BlindGeneration> {
  const { rows } = await pool.query<BlindGeneration>('select current, pending, sealed from blind_generation');
  return rows[0] ?? { current: 1, pending: null, sealed: null };
}

/** Begins a rotation, or goes on with the one that was interrupted. */
export async function beginBlindRotation(pool: Pool): Promise<{ readonly from: number; readonly to: number }> {
  const { rows } = await pool.query<{ from: number; to: number }>('update blind_generation set pending = coalesce(pending, current + 1) returning current as "from", pending as "to"');
  return rows[0]!;
}

/** From now on the key store opens with the new generation. Done twice, it is done once. */
export async function finishBlindRotation(pool: Pool, to: number): Promise<void> {
  await pool.query('update blind_generation set current = pending, pending = null, sealed = null where pending = $1', [to]);
}
