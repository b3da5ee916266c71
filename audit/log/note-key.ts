/**
 * Keys of signed notes, in the text forms of C2SP and golang.org/x/mod. Each signature type byte leads to one algorithm,
 * so that cosignatures (0x04) and ML-DSA (0x06) are additions to a table. Refuses every type that is not in it.
 */
import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { FormatError } from './format-error';
import { decodeBase64, isKeyName } from './note';

/** What a signature type means: the sizes, and what exactly is verified for a note text. */
export interface NoteAlgorithm {
  readonly type: number;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** Prepares a public key once; the result checks one signature over a note text. */
  prepare(publicKey: Buffer): (text: string, signature: Buffer) => boolean;
}

export interface VerifierKey {
  readonly name: string;
  readonly keyId: string;
  readonly type: number;
  readonly publicKey: Buffer;
  verify(text: string, signature: Buffer): boolean;
}

/** Asynchronous because a key may live in a key-management service. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  sign(text: string): Promise<Buffer>;
}

const ED25519 = 0x01;
const KEY_BYTES = 32;
/** RFC 8410: what stands before the 32 bytes in the DER of an Ed25519 key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const ed25519: NoteAlgorithm = {
  type: ED25519,
  publicKeyBytes: KEY_BYTES,
  signatureBytes: 64,
  prepare(publicKey) {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
    return (text, signature) => verify(null, Buffer.from(text, 'utf8'), key, signature);
  },
};

const ALGORITHMS: ReadonlyMap<number, NoteAlgorithm> = new Map([[ed25519.type, ed25519]]);

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
    publicKey: key,
    verify: (text, signature) => signature.length === algorithm.signatureBytes && check(text, signature),
  };
}

const SECRET_PREFIX = 'PRIVATE+KEY+';

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(seed: Buffer): Buffer {
  return createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

export interface SigningKey {
  /** golang.org/x/mod's form, `PRIVATE+KEY+name+id+base64(0x01 ‖ seed)`. Never leaves the key file. */
  readonly secret: string;
  readonly vkey: string;
}

/** An Ed25519 key; a fresh one unless a seed is given. */
export function createSigningKey(name: string, seed: Buffer = randomBytes(KEY_BYTES)): SigningKey {
  if (!isKeyName(name)) malformed('a key name is empty or holds a space or +');
  if (seed.length !== KEY_BYTES) malformed('an Ed25519 seed is 32 bytes');
  const publicKey = publicKeyOf(seed);
  const secret = `${SECRET_PREFIX}${name}+${keyIdOf(name, ED25519, publicKey)}+${Buffer.concat([Buffer.from([ED25519]), seed]).toString('base64')}`;
  return { secret, vkey: formatVkey(name, ED25519, publicKey) };
}

/** A signer and its verifier key from the secret text form. */
export function openSigningKey(secret: string): NoteSigner & { readonly vkey: string } {
  if (!secret.startsWith(SECRET_PREFIX)) malformed('a signing key does not begin with PRIVATE+KEY+');
  const { name, keyId, type, key: seed } = splitKey(secret.slice(SECRET_PREFIX.length));
  if (type !== ED25519 || seed.length !== KEY_BYTES) malformed('a signing key is not Ed25519');
  const publicKey = publicKeyOf(seed);
  if (keyId !== keyIdOf(name, ED25519, publicKey)) malformed('a key id is not the one of this name and key');
  const key = privateKeyOf(seed);
  return { name, keyId, vkey: formatVkey(name, ED25519, publicKey), sign: async (text) => sign(null, Buffer.from(text, 'utf8'), key) };
}
