/**
 * Keys of signed notes, in the text forms of C2SP and golang.org/x/mod. Each signature type byte leads to one algorithm,
 * so that a further one, as ML-DSA (0x06), is an addition to a table. Refuses every type that is not in it.
 */
import { hash, randomBytes } from 'node:crypto';
import { cosignatureV1 } from './cosignature';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES, ed25519Signer, ed25519Verifier, publicKeyOf } from './ed25519';
import { FormatError } from './format-error';
import { decodeBase64, isKeyName } from './note';

/** What a key may do: sign as a log, or cosign as a witness. Never both. */
export type KeyRole = 'log' | 'witness';

/** What a signature type means: who uses it, the sizes, and what exactly is verified for a note text. */
export interface NoteAlgorithm {
  readonly type: number;
  readonly role: KeyRole;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** Prepares a public key once; the result checks one signature over a note text. */
  prepare(publicKey: Buffer): (text: string, signature: Buffer) => boolean;
}

export interface VerifierKey {
  readonly name: string;
  readonly keyId: string;
  readonly type: number;
  readonly role: KeyRole;
  readonly publicKey: Buffer;
  verify(text: string, signature: Buffer): boolean;
}

/** Asynchronous because a key may live in a key-management service. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  sign(text: string): Promise<Buffer>;
}

/** Ed25519 over the note text: what logs sign checkpoints with. */
export const ED25519_NOTE = 0x01;

const ed25519: NoteAlgorithm = {
  type: ED25519_NOTE,
  role: 'log',
  publicKeyBytes: ED25519_KEY_BYTES,
  signatureBytes: ED25519_SIGNATURE_BYTES,
  prepare(publicKey) {
    const holds = ed25519Verifier(publicKey);
    return (text, signature) => holds(Buffer.from(text, 'utf8'), signature);
  },
};

const ALGORITHMS: ReadonlyMap<number, NoteAlgorithm> = new Map([ed25519, cosignatureV1].map((algorithm) => [algorithm.type, algorithm]));

function malformed(message: string): never {
  throw new FormatError('KEY_MALFORMED', message);
}

/** The first four bytes of SHA-256(name ‖ LF ‖ type ‖ public key), in hex. */
export function keyIdOf(name: string, type: number, publicKey: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([type]), publicKey]), 'hex').slice(0, 8);
}

/** `name+keyid+base64(type ‖ public key)`. */
export function formatVkey(name: string, type: number, publicKey: Buffer): string {
  return `${name}+${keyIdOf(name, type, publicKey)}+${Buffer.concat([Buffer.from([type]), publicKey]).toString('base64')}`;
}

/** Name, id and key bytes around the first two `+`: base64 may hold further ones. */
function splitKey(text: string): { name: string; keyId: string; type: number; key: Buffer } {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 1 || second < 0) return malformed('a key is not name+id+base64');
  const name = text.slice(0, first);
  const keyId = text.slice(first + 1, second);
  const bytes = decodeBase64(text.slice(second + 1));
  if (!isKeyName(name)) malformed('a key has no valid name');
  if (!/^[0-9a-f]{8}$/.test(keyId)) malformed('a key id is not eight lower-case hex digits');
  if (bytes === null || bytes.length < 2) return malformed('a key is not canonical base64');
  return { name, keyId, type: bytes[0] as number, key: bytes.subarray(1) };
}

/** A verifier key from its text form. */
export function parseVkey(vkey: string): VerifierKey {
  const { name, keyId, type, key } = splitKey(vkey);
  const algorithm = ALGORITHMS.get(type);
  if (algorithm === undefined) return malformed('a key has an unknown signature type');
  if (key.length !== algorithm.publicKeyBytes) malformed('a public key has the wrong length');
  if (keyId !== keyIdOf(name, type, key)) malformed('a key id is not the one of this name and key');
  const check = algorithm.prepare(key);
  return {
    name,
    keyId,
    type,
    role: algorithm.role,
    publicKey: key,
    verify: (text, signature) => signature.length === algorithm.signatureBytes && check(text, signature),
  };
}

const SECRET_PREFIX = 'PRIVATE+KEY+';

export interface SigningKey {
  /** golang.org/x/mod's form, `PRIVATE+KEY+name+id+base64(type ‖ seed)`. Never leaves the key file. */
  readonly secret: string;
  readonly vkey: string;
}

/** The secret and public text forms of an Ed25519 key of a signature type; a fresh key unless a seed is given. */
export function createKey(type: number, name: string, seed: Buffer = randomBytes(ED25519_KEY_BYTES)): SigningKey {
  if (!isKeyName(name)) malformed('a key name is empty or holds a space or +');
  if (seed.length !== ED25519_KEY_BYTES) malformed('an Ed25519 seed is 32 bytes');
  const publicKey = publicKeyOf(seed);
  const secret = `${SECRET_PREFIX}${name}+${keyIdOf(name, type, publicKey)}+${Buffer.concat([Buffer.from([type]), seed]).toString('base64')}`;
  return { secret, vkey: formatVkey(name, type, publicKey) };
}

export interface OpenedKey {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  readonly seed: Buffer;
}

/** Refuses a key of another signature type: one key is never used for two. */
export function openKey(type: number, secret: string): OpenedKey {
  if (!secret.startsWith(SECRET_PREFIX)) malformed('a signing key does not begin with PRIVATE+KEY+');
  const { name, keyId, type: stated, key: seed } = splitKey(secret.slice(SECRET_PREFIX.length));
  if (stated !== type || seed.length !== ED25519_KEY_BYTES) malformed('a signing key is of another type than it is needed for');
  const publicKey = publicKeyOf(seed);
  if (keyId !== keyIdOf(name, type, publicKey)) malformed('a key id is not the one of this name and key');
  return { name, keyId, vkey: formatVkey(name, type, publicKey), seed };
}

/** A log's key. */
export function createSigningKey(name: string, seed?: Buffer): SigningKey {
  return createKey(ED25519_NOTE, name, seed);
}

/** A log's signer and its verifier key from the secret text form. */
export function openSigningKey(secret: string): NoteSigner & { readonly vkey: string } {
  const { name, keyId, vkey, seed } = openKey(ED25519_NOTE, secret);
  const sign = ed25519Signer(seed);
  return { name, keyId, vkey, sign: async (text) => sign(Buffer.from(text, 'utf8')) };
}
