/**
 * Public keys of agencies: read from PEM, named by their thumbprint, and each bound to one signature algorithm. Refuses
 * private keys, symmetric ones and every curve but Ed25519 and P-256.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalize } from './canonical';
import { decodeBase64 } from './note';

/** By the key and never by the header of a signature: a header that chooses the algorithm chooses how it is verified. */
export type KeyAlgorithm = 'EdDSA' | 'ES256';

export interface AgencyPublicKey {
  /** RFC 7638, SHA-256, base64url: the same for everybody who holds the key. */
  readonly thumbprint: string;
  readonly algorithm: KeyAlgorithm;
  /** The DER of the SubjectPublicKeyInfo (RFC 5280), in base64. */
  readonly spki: string;
}

/** An RSA key of 4096 bits has 800 characters; nothing accepted here comes near. */
const PEM_CHARACTERS_MAX = 1_000;
/** Exactly this label: `createPublicKey` would also take a private key and silently derive the public one from it. */
const PUBLIC_PEM = /^-----BEGIN PUBLIC KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----\s*$/;

/** Null for anything that is not one public key of an accepted kind. Never throws: the text comes from a stranger. */
export function parsePublicKey(pem: string): AgencyPublicKey | null {
  if (pem.length > PEM_CHARACTERS_MAX || !PUBLIC_PEM.test(pem)) return null;
  try {
    return describeKey(createPublicKey({ key: pem, format: 'pem' }));
  } catch {
    return null;
  }
}

function describeKey(key: KeyObject): AgencyPublicKey | null {
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  const spki = key.export({ format: 'der', type: 'spki' }).toString('base64');
  if (kty === 'OKP' && crv === 'Ed25519') return { thumbprint: thumbprintOf({ crv, kty, x }), algorithm: 'EdDSA', spki };
  if (kty === 'EC' && crv === 'P-256') return { thumbprint: thumbprintOf({ crv, kty, x, y }), algorithm: 'ES256', spki };
  return null;
}

/** RFC 7638 §3: the required members only, in the order of their names. */
function thumbprintOf(members: Readonly<Record<string, string | undefined>>): string {
  return createHash('sha256').update(canonicalize(members)).digest('base64url');
}

/** The same of a key as an entry holds it, which a stranger may have written; null for anything else. */
export function readPublicKey(spki: string): AgencyPublicKey | null {
  const der = spki.length > PEM_CHARACTERS_MAX ? null : decodeBase64(spki);
  if (der === null) return null;
  try {
    const key = describeKey(createPublicKey({ key: der, format: 'der', type: 'spki' }));
    return key?.spki === spki ? key : null;
  } catch {
    return null;
  }
}

export function openPublicKey(spki: string): KeyObject {
  return createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
}
