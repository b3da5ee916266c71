/**
 * The key of one subject, or that it was destroyed. Refuses to take a key that the store never had, or lost in a restore, for an
 * erased one: what is sealed under it still exists, and what is written without it would be missing for ever.
 */
import { HubError } from '../errors';
import type { KeyStore } from './key-store';

export function keyMissing(): HubError {
  return new HubError('UNAVAILABLE', 'The key of this borrower is not in the key store; its operator has to restore a later copy.', { ruleId: 'KEY-STORE-HAS-KEY' });
}

/** null: destroyed. */
export async function subjectKey(keyStore: KeyStore, subjectId: string): Promise<Buffer | null> {
  const key = (await keyStore.keys([subjectId])).get(subjectId);
  if (key !== undefined) return key;
  if ((await keyStore.absent([subjectId])).length > 0) throw keyMissing();
  return null;
}
