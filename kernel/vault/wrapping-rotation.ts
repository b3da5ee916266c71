/**
 * How far a rotation of the master key has come in the key store, and how often there was one. While one is under way, and for
 * whoever opened the store before it, no key is made: it would be wrapped by a key that opens nothing any more.
 */
import type { ClientBase, Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WrappingRotation1763700000003 implements MigrationInterface {
  readonly name = 'WrappingRotation1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table wrapping_rotation (singleton boolean primary key default true check (singleton), ended int not null default 0, next text, through text not null default \'\', keys int not null default 0)');
    await runner.query('insert into wrapping_rotation default values');
    await runner.query('grant select on wrapping_rotation to cession_keystore');
    await runner.query('alter table blind_generation add column sealed bytea');
  }

  /** Forward only (DESIGN §7). */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

export interface WrappingPlace {
  /** How many rotations have ended. */
  readonly ended: number;
  /** Fingerprint of the master key that one is moving to; null when none is under way. */
  readonly next: string | null;
  readonly through: string;
  /** Keys wrapped anew by the one under way, or by the last. */
  readonly keys: number;
}

export async function readWrapping(runner: Pool | ClientBase): Promise<WrappingPlace> {
  const { rows } = await runner.query<WrappingPlace>('select ended, next, through, keys from wrapping_rotation');
  return rows[0]!;
}
