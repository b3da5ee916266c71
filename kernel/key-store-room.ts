/**
 * Opens the key store for a process: its own database login and the keys derived from the master key. Refuses while a rotation of
 * either key has not ended.
 */
import type { PreparedConfig } from './config';
import { openRoomDatabase } from './database/room-database';
import { StartError } from './start-error';
import { readBlindGeneration } from './vault/blind-generation';
import { KEY_STORE_DATABASE, openKeyStore, type KeyStore } from './vault/key-store';
import { masterKeysInUse } from './vault/master-keys';
import { readWrapping } from './vault/wrapping-rotation';

export interface OpenedKeyStore {
  readonly keyStore: KeyStore;
  close(): Promise<void>;
}

export async function openKeyStoreRoom(config: PreparedConfig): Promise<OpenedKeyStore> {
  const database = await openRoomDatabase(config, KEY_STORE_DATABASE);
  try {
    const { ended, next } = await readWrapping(database.worker);
    if (next !== null) throw new StartError('A rotation of the master key was interrupted.', 'With the old key configured, run `cession keys rotate-master` again: it goes on where it was.');
    const { current, pending, sealed } = await readBlindGeneration(database.worker);
    if (pending !== null) throw new StartError('A rotation of the blind-index key was interrupted, and nobody can be found by number.', 'Run `cession keys rotate-blind-index` again: it goes on where it was.');
    return { keyStore: openKeyStore(database.worker, masterKeysInUse(config.masterKey, { current, sealed }), { rotations: ended, generation: current }), close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}
