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

/** `generation` of the blind-index key, from 1: none reveals another. */
export function deriveMasterKeys(masterKey: Secret<Buffer>, generation = 1): MasterKeys {
  const blinding = generation === 1 ? 'blind index' : `blind index ${generation}`;
  return { wrapping: deriveKey(masterKey, 'wrap subject keys'), blinding: deriveKey(masterKey, blinding) };
}

/**
 * Keyed blind index: equal values give equal indexes under this key only, so a stolen table cannot be searched by
 * hashing every possible identity number. `field` separates the domains; the caller normalises the value first.
 */
export function blindIndex(keys: MasterKeys, field: string, value: string): Buffer {
  return createHmac('sha256', keys.blinding).update(`${field}\u0000${value}`, 'utf8').digest();
}
