/**
 * The two keys of the vault that come from the master key: one wraps subject keys, one makes blind indexes. Neither reveals
 * the other; the master key itself never encrypts anything.
 */
import { createHmac } from 'node:crypto';
import { deriveKey } from '../keys';
import type { Secret } from '../secret';

export interface MasterKeys {
  readonly wrapping: Buffer;
  readonly blinding: Buffer;
}

export function deriveMasterKeys(masterKey: Secret<Buffer>): MasterKeys {
  return { wrapping: deriveKey(masterKey, 'wrap subject keys'), blinding: deriveKey(masterKey, 'blind index') };
}

/**
 * Keyed blind index: equal values give equal indexes under this key only, so a stolen table cannot be searched by
 * hashing every possible identity number. `field` separates the domains; the caller normalises the value first.
 */
export function blindIndex(keys: MasterKeys, field: string, value: string): Buffer {
  return createHmac('sha256', keys.blinding).update(`${field}\u0000${value}`, 'utf8').digest();
}
