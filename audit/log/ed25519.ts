/**
 * Ed25519 (RFC 8032) with keys as the 32 bytes that C2SP writes. Knows bytes only: what is signed, and what a key may be used
 * for, is decided by the signature types built on it.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

/** RFC 8410: what stands before the 32 bytes in the DER of an Ed25519 key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

export function publicKeyOf(seed: Buffer): Buffer {
  return createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

/** Prepared once, because reading a key costs as much as using it. */
export function ed25519Signer(seed: Buffer): (message: Buffer) => Buffer {
  const key = privateKeyOf(seed);
  return (message) => sign(null, message, key);
}

export function ed25519Verifier(publicKey: Buffer): (message: Buffer, signature: Buffer) => boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return (message, signature) => verify(null, message, key, signature);
}
