/**
 * The store of subject keys: one random key per Borrower, wrapped by the master key, in a dbSchema of its own.
 * Destroying a key is the erasure of everything sealed under it; a destroyed key is never made again for the same id.
 * Keeps no key in memory between calls, so an erasure is complete when it commits.
 */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { HubError } from '../errors';
import { blindIndex, type MasterKeys } from './master-keys';
import { seal, unseal, UnsealError } from './seal';

export class KeyStoreTables1763700000001 implements MigrationInterface {
  readonly name = 'KeyStoreTables1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table subject_key (subject_id text primary key, wrapped bytea, created_at timestamptz not null default now(), destroyed_at timestamptz)');
    await runner.query('create table key_check (only boolean primary key default true check (only), sealed bytea not null)');
    await runner.query('grant select, insert, update on subject_key to cession_keystore');
    await runner.query('grant select, insert on key_check to cession_keystore');
  }

  /** Forward only (DESIGN §7). */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const SUBJECT_KEY_BYTES = 32;
const CHECK_BINDING = 'key-check';
const wrapBinding = (subjectId: string) => `subject-key:${subjectId}`;

export interface KeyStore {
  /** Makes a key for each id that has none and returns all of them; throws for an id whose key was destroyed. */
  createKeys(subjectIds: readonly string[]): Promise<Map<string, Buffer>>;
  /** The keys that exist; an id that is absent or erased is not in the map. */
  keys(subjectIds: readonly string[]): Promise<Map<string, Buffer>>;
  /** Erases: returns false when there was no key to destroy. */
  destroyKey(subjectId: string): Promise<boolean>;
  /** Keyed index of a value that must be found without being readable. */
  blind(field: string, value: string): Buffer;
}

/** Refuses a master key that did not write this store: opening with the wrong one would look like mass corruption. */
async function checkMasterKey(pool: Pool, keys: MasterKeys): Promise<void> {
  await pool.query('insert into key_check (sealed) values ($1) on conflict do nothing', [seal(keys.wrapping, CHECK_BINDING, Buffer.from(CHECK_BINDING))]);
  const { rows } = await pool.query<{ sealed: Buffer }>('select sealed from key_check');
  try {
    unseal(keys.wrapping, CHECK_BINDING, rows[0]!.sealed);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new Error('CESSION_MASTER_KEY is not the key this database was created with; restore the right key, nothing was changed', { cause: error });
  }
}

export async function openKeyStore(pool: Pool, masterKeys: MasterKeys): Promise<KeyStore> {
  await checkMasterKey(pool, masterKeys);

  const keys = async (subjectIds: readonly string[]): Promise<Map<string, Buffer>> => {
    const { rows } = await pool.query<{ subject_id: string; wrapped: Buffer }>({
      name: 'subject_keys',
      text: 'select subject_id, wrapped from subject_key where subject_id = any($1) and wrapped is not null',
      values: [[...subjectIds]],
    });
    return new Map(rows.map((row) => [row.subject_id, unseal(masterKeys.wrapping, wrapBinding(row.subject_id), row.wrapped)]));
  };

  return {
    keys,
    async createKeys(subjectIds) {
      const fresh = new Map(subjectIds.map((id) => [id, randomBytes(SUBJECT_KEY_BYTES)]));
      const { rowCount } = await pool.query(
        'insert into subject_key (subject_id, wrapped) select * from unnest($1::text[], $2::bytea[]) on conflict do nothing',
        [[...fresh.keys()], [...fresh].map(([id, key]) => seal(masterKeys.wrapping, wrapBinding(id), key))],
      );
      if (rowCount === fresh.size) return fresh;
      const stored = await keys(subjectIds);
      if (stored.size !== fresh.size) throw new HubError('CONFLICT', 'A key of this subject was destroyed; it is never made again.');
      return stored;
    },
    async destroyKey(subjectId) {
      const { rowCount } = await pool.query('update subject_key set wrapped = null, destroyed_at = now() where subject_id = $1 and wrapped is not null', [subjectId]);
      return rowCount === 1;
    },
    blind: (field, value) => blindIndex(masterKeys, field, value),
  };
}
