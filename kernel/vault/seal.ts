/**
 * Authenticated encryption of vaulted values: AES-256-GCM under one subject's key, bound to the subject and the field,
 * so a sealed value moved to another row or column does not open. Refuses anything it did not seal.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Layout: format byte ‖ nonce[12] ‖ tag[16] ‖ ciphertext. `binding` is authenticated, not stored. */
export function seal(key: Buffer, binding: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(binding, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.from([FORMAT]), nonce, cipher.getAuthTag(), body]);
}

export class UnsealError extends Error {
  constructor(cause?: unknown) {
    super('a sealed value does not open: wrong key, wrong place or altered bytes', { cause });
    this.name = 'UnsealError';
  }
}

/** Throws UnsealError for another key, another binding or a single altered bit. */
export function unseal(key: Buffer, binding: string, sealed: Buffer): Buffer {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== FORMAT) throw new UnsealError();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES));
  decipher.setAAD(Buffer.from(binding, 'utf8'));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new UnsealError(error);
  }
}
