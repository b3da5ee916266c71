/**
 * The store of subject keys: one random key per Borrower, wrapped by the master key, in a dbSchema of its own.
 * Destroying a key is the erasure of everything sealed under it; a destroyed key is never made again for the same id.
 * Keeps no key in memory between calls, so an erasure is complete when it commits.
 */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DatabaseDefinition } from '../database/definition';
import { HubError } from '../errors';
import { BlindGeneration1763700000002 } from './blind-generation';
import { blindIndex, type MasterKeys } from './master-keys';
import { seal, unseal } from './seal';
import { WrappingRotation1763700000003 } from './wrapping-rotation';

export class KeyStoreTables1763700000001 implements MigrationInterface {
  readonly name = 'KeyStoreTables1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table subject_key (subject_id text primary key, wrapped bytea, created_at timestamptz not null default now(), destroyed_at timestamptz)');
    await runner.query('grant select, insert, update on subject_key to cession_keystore');
  }

  /** Forward only (DESIGN §7). */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const SUBJECT_KEY_BYTES = 32;
export const wrapBinding = (subjectId: string) => `subject-key:${subjectId}`;

export interface KeyStore {
  /** Of the blind-index key it makes indexes with. */
  readonly generation: number;
  /** Makes a key for each id that has none and returns all of them; throws for an id whose key was destroyed. */
  createKeys(subjectIds: readonly string[]): Promise<Map<string, Buffer>>;
  /** The keys that exist; an id that is absent or erased is not in the map. */
  keys(subjectIds: readonly string[]): Promise<Map<string, Buffer>>;
  /** Those that this store has never heard of: it neither has their keys nor destroyed them. */
  absent(subjectIds: readonly string[]): Promise<readonly string[]>;
  /** Erases; returns how many of them there were to destroy. */
  destroyKeys(subjectIds: readonly string[]): Promise<number>;
  /** Keyed index of a value that must be found without being readable. */
  blind(field: string, value: string): Buffer;
}

export const KEY_STORE_DATABASE: DatabaseDefinition = { room: 'keystore', rows: [], migrations: [KeyStoreTables1763700000001, BlindGeneration1763700000002, WrappingRotation1763700000003] };

/** What the keys were derived for. */
export interface KeyStoreState {
  /** Rotations of the master key that had ended then: under later ones this store makes no key. */
  readonly rotations: number;
  readonly generation: number;
}

export function openKeyStore(pool: Pool, masterKeys: MasterKeys, { rotations, generation }: KeyStoreState = { rotations: 0, generation: 1 }): KeyStore {
  const keys = async (subjectIds: readonly string[]): Promise<Map<string, Buffer>> => {
    const { rows } = await pool.query<{ subject_id: string; wrapped: Buffer }>({
      name: 'subject_keys',
      text: 'select subject_id, wrapped from subject_key where subject_id = any($1) and wrapped is not null',
      values: [[...subjectIds]],
    });
    return new Map(rows.map((row) => [row.subject_id, unseal(masterKeys.wrapping, wrapBinding(row.subject_id), row.wrapped)]));
  };

  return {
    generation,
    keys,
    async createKeys(subjectIds) {
      const drawn = randomBytes(SUBJECT_KEY_BYTES * subjectIds.length);
      const fresh = new Map(subjectIds.map((id, at) => [id, drawn.subarray(at * SUBJECT_KEY_BYTES, (at + 1) * SUBJECT_KEY_BYTES)]));
      const { rowCount } = await pool.query(
        'insert into subject_key (subject_id, wrapped) select * from unnest($1::text[], $2::bytea[]) where exists (select from wrapping_rotation where next is null and ended = $3) on conflict do nothing',
        [[...fresh.keys()], [...fresh].map(([id, key]) => seal(masterKeys.wrapping, wrapBinding(id), key)), rotations],
      );
      if (rowCount === fresh.size) return fresh;
      const stored = await keys(subjectIds);
      if (stored.size !== fresh.size) throw new HubError('CONFLICT', 'A key of this subject was destroyed and is never made again, or the master key was rotated.');
      return stored;
    },
    async absent(subjectIds) {
      const { rows } = await pool.query<{ id: string }>('select id from unnest($1::text[]) as asked(id) where not exists (select from subject_key where subject_id = id)', [[...subjectIds]]);
      return rows.map(({ id }) => id);
    },
    async destroyKeys(subjectIds) {
      const { rowCount } = await pool.query('update subject_key set wrapped = null, destroyed_at = now() where subject_id = any($1) and wrapped is not null', [[...subjectIds]]);
      return rowCount ?? 0;
    },
    blind: (field, value) => blindIndex(masterKeys, field, value),
  };
}
