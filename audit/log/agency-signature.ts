/**
 * What agencies sign, and whether a signature holds: a detached JWS (RFC 7515 appendix F) over a canonical statement that names
 * what is stated, by whom and about what. One rule for the hub that takes it and for whoever verifies it later. Refuses any header
 * beyond the algorithm and the key's name.
 */
import { verify } from 'node:crypto';
import { openPublicKey, type AgencyPublicKey } from './agency-key';
import { canonicalize, decodeUtf8, type JsonValue } from './canonical';

/** Tells kinds of statement apart, so that a signature under one can never stand for another. */
export type StatementKind = 'AGENCY_KEY' | 'HANDOVER_RECEIVED' | 'RETURN_OR_DESTRUCTION';

/** RFC 8785: whoever knows the members writes the same bytes. */
export function statementOf(statement: StatementKind, agencyId: string, members: { readonly [name: string]: JsonValue }): string {
  return canonicalize({ ...members, agencyId, statement, v: 1 });
}

export interface DetachedSignature {
  readonly thumbprint: string;
  readonly algorithm: string;
  /** As it stands in the text: what was signed begins with it. */
  readonly header: string;
  readonly signature: Buffer;
}

/** `header..signature`; an Ed25519 or P-256 signature has 86 characters, the header as many again and some. */
const DETACHED = /^([A-Za-z0-9_-]{1,500})\.\.([A-Za-z0-9_-]{86})$/;

/**
 * Only `alg` and `kid`: a header may otherwise bring its own key (`jwk`, `x5c`), say where to fetch one (`jku`, `x5u`), or
 * change what is signed (`b64`, `crit`).
 */
export function readSignature(text: string): DetachedSignature | null {
  const [, header = '', encoded = ''] = DETACHED.exec(text) ?? [];
  const signature = decodeBase64url(encoded);
  const members = readHeader(header);
  if (members === null || signature === null) return null;
  const { alg, kid, ...others } = members;
  if (typeof alg !== 'string' || typeof kid !== 'string' || Object.keys(others).length > 0) return null;
  return { thumbprint: kid, algorithm: alg, header, signature };
}

/** One spelling only: other bits in the last character would make a second text of the same signature. */
function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function readHeader(header: string): { readonly [name: string]: unknown } | null {
  const bytes = decodeBase64url(header);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** By the key's algorithm, and only if the header names the same one. */
export function signatureHolds({ header, algorithm, signature }: DetachedSignature, statement: string, key: AgencyPublicKey): boolean {
  if (algorithm !== key.algorithm) return false;
  const signed = Buffer.from(`${header}.${Buffer.from(statement, 'utf8').toString('base64url')}`, 'ascii');
  const publicKey = openPublicKey(key.spki);
  return key.algorithm === 'EdDSA' ? verify(null, signed, publicKey, signature) : verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Whether `key` itself signed: how a key is registered, before anybody knows it. */
export function isSignedBy(key: AgencyPublicKey, statement: string, signature: string): boolean {
  const read = readSignature(signature);
  return read !== null && read.thumbprint === key.thumbprint && signatureHolds(read, statement, key);
}
