/** Opens the key store for a process: its own database login and the keys derived from the master key. */
import type { PreparedConfig } from './config';
import { openRoomDatabase } from './database/room-database';
import { KEY_STORE_DATABASE, openKeyStore, type KeyStore } from './vault/key-store';
import { deriveMasterKeys } from './vault/master-keys';

export interface OpenedKeyStore {
  readonly keyStore: KeyStore;
  close(): Promise<void>;
}

export async function openKeyStoreRoom(config: PreparedConfig): Promise<OpenedKeyStore> {
  const database = await openRoomDatabase(config, KEY_STORE_DATABASE);
  return { keyStore: openKeyStore(database.worker, deriveMasterKeys(config.masterKey)), close: () => database.close() };
}
