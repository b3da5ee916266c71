/** The generation of the blind-index key: named first, used last, and nothing opens the key store in between. */
import { openKeyStoreRoom } from '../../../kernel/key-store-room';
import { beginBlindRotation, finishBlindRotation, readBlindGeneration } from '../../../kernel/vault/blind-generation';
import { KEY_STORE_DATABASE } from '../../../kernel/vault/key-store';
import { blindIndex, deriveMasterKeys } from '../../../kernel/vault/master-keys';
import { testDatabase } from '../../support/test-database';

const database = testDatabase(KEY_STORE_DATABASE);

it('a rotation is begun once, however often it is begun, and ends once', async () => {
  const { worker } = await database.open(KEY_STORE_DATABASE);
  expect(await readBlindGeneration(worker)).toEqual({ current: 1, pending: null, sealed: null });
  expect([await beginBlindRotation(worker), await beginBlindRotation(worker)]).toEqual([{ from: 1, to: 2 }, { from: 1, to: 2 }]);
  await expect(openKeyStoreRoom(database.config)).rejects.toMatchObject({ name: 'StartError', message: expect.stringContaining('interrupted') as string });
  await finishBlindRotation(worker, 2);
  await finishBlindRotation(worker, 2);
  expect(await readBlindGeneration(worker)).toEqual({ current: 2, pending: null, sealed: null });
  const opened = await openKeyStoreRoom(database.config);
  const keys = deriveMasterKeys(database.config.masterKey, 2);
  expect(opened.keyStore.blind('field', 'value')).toEqual(blindIndex(keys, 'field', 'value'));
  expect(opened.keyStore.blind('field', 'value')).not.toEqual(blindIndex(deriveMasterKeys(database.config.masterKey), 'field', 'value'));
  await opened.close();
});
