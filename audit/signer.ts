/**
 * Who signs checkpoints. The key may live in a file or in a key-management service, so signing is asynchronous and nobody
 * but the signer sees the key. Refuses keys that are not Ed25519: C2SP log signatures of type 0x01 are.
 */
import { createPrivateKey } from 'node:crypto';
import type { Secret } from '../kernel/secret';
import { StartError } from '../kernel/start-error';
import { createSigningKey, openSigningKey, type NoteSigner } from './log/note-key';

export interface LedgerSigner extends NoteSigner {
  /** What a verifier needs: `name+keyid+base64`. */
  readonly vkey: string;
}

const SEED_BYTES = 32;

/** A signer for the log `origin` from a PEM (PKCS #8) of an Ed25519 private key. */
export function openPemSigner(origin: string, pem: Secret): LedgerSigner {
  return openSigningKey(createSigningKey(origin, seedOf(pem)).secret);
}

function seedOf(pem: Secret): Buffer {
  try {
    const key = createPrivateKey(pem.reveal());
    if (key.asymmetricKeyType === 'ed25519') return key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES);
  } catch {
    // The parser's own message may quote the text, which is a key.
  }
  throw new StartError("The ledger's signing key is not an Ed25519 private key in PEM.", 'Make one with: openssl genpkey -algorithm ed25519');
}
