/**
 * The two keys of the vault that come from the master key: one wraps subject keys, one makes blind indexes. Neither reveals
 * the other; the master key itself never encrypts anything.
 */
import { createHmac } from 'node:crypto';
import { deriveKey } from '../keys';
import type { Secret } from '../secret';
import { BLINDING_BINDING, type BlindGeneration } from './blind-generation';
import { unseal } from './seal';

export interface MasterKeys {
  readonly wrapping: Buffer;
  readonly blinding: Buffer;
}

/** `generation` of the blind-index key, from 1: none reveals another. */
export function deriveMasterKeys(masterKey: Secret<Buffer>, generation = 1): MasterKeys {
  const blinding = generation === 1 ? 'blind index' : `blind index ${generation}`;
  return { wrapping: deriveKey(masterKey, 'wrap subject keys'), blinding: deriveKey(masterKey, blinding) };
}

/** The keys in use: a blind-index key outlives the master key it came from, kept under the wrapping key. */
export function masterKeysInUse(masterKey: Secret<Buffer>, { current, sealed }: Pick<BlindGeneration, 'current' | 'sealed'>): MasterKeys {
  const derived = deriveMasterKeys(masterKey, current);
  return sealed === null ? derived : { ...derived, blinding: unseal(derived.wrapping, BLINDING_BINDING, sealed) };
}

/**
 * Keyed blind index: equal values give equal indexes under this key only, so a stolen table cannot be searched by
 * hashing every possible identity number. `field` separates the domains; the caller normalises the value first.
 */
export function blindIndex(keys: MasterKeys, field: string, value: string): Buffer {
  return createHmac('sha256', keys.blinding).update(`${field}\u0000${value}`, 'utf8').digest();
}
