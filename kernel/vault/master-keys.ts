/**
 * The two keys that come from the master key: one wraps subject keys, one makes blind indexes. Derived by HKDF
 * (RFC 5869) with separate labels, so neither reveals the other; the master key itself never encrypts anything.
 */
import { createHmac, hkdfSync } from 'node:crypto';

export interface MasterKeys {
  readonly wrapping: Buffer;
  readonly blinding: Buffer;
}

const MASTER_KEY_BYTES = 32;

export function deriveMasterKeys(master: Buffer): MasterKeys {
  if (master.length !== MASTER_KEY_BYTES) throw new RangeError(`the master key must be ${MASTER_KEY_BYTES} bytes, not ${master.length}`);
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `cession/${label}/v1`, 32));
  return { wrapping: derive('wrap-subject-keys'), blinding: derive('blind-index') };
}

/**
 * Keyed blind index: equal values give equal indexes under this key only, so a stolen table cannot be searched by
 * hashing every possible identity number. `field` separates the domains; the caller normalises the value first.
 */
export function blindIndex(keys: MasterKeys, field: string, value: string): Buffer {
  return createHmac('sha256', keys.blinding).update(`${field}\u0000${value}`, 'utf8').digest();
}
