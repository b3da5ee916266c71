/**
 * Authenticated encryption of vaulted values: AES-256-GCM under one subject's key, bound to the subject and the field,
 * so a sealed value moved to another row or column does not open. Refuses anything it did not seal.
 */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Nonces are drawn 1,024 at a time: one call to the generator costs as much as the encryption. None is ever used twice. */
const pool = Buffer.alloc(NONCE_BYTES * 1_024);
let drawn = pool.length;

function drawNonce(into: Buffer, at: number): void {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += pool.copy(into, at, drawn, drawn + NONCE_BYTES);
}

/** Layout: format byte ‖ nonce[12] ‖ tag[16] ‖ ciphertext. `binding` is authenticated, not stored. */
export function seal(key: Buffer, binding: string, plain: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(HEAD_BYTES + plain.length);
  sealed[0] = FORMAT;
  drawNonce(sealed, 1);
  const cipher = createCipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES));
  cipher.setAAD(Buffer.from(binding, 'utf8'));
  // Counter mode: as many bytes out as in, and nothing left for the end.
  sealed.set(cipher.update(plain), HEAD_BYTES);
  cipher.final();
  sealed.set(cipher.getAuthTag(), 1 + NONCE_BYTES);
  return sealed;
}

export class UnsealError extends Error {
  constructor(cause?: unknown) {
    super('a sealed value does not open: wrong key, wrong place or altered bytes', { cause });
    this.name = 'UnsealError';
  }
}

/** Throws UnsealError for another key, another binding or a single altered bit. */
export function unseal(key: Buffer, binding: string, sealed: Buffer): Buffer {
  if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) throw new UnsealError();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES));
  decipher.setAAD(Buffer.from(binding, 'utf8'));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
  } catch (error) {
    throw new UnsealError(error);
  }
}
