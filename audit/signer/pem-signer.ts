/**
 * A signer with its key in this process, from a PEM (PKCS #8). Refuses keys of a kind that no signature type of C2SP logs is
 * made for; another kind is one more entry of the table.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Secret } from '../../kernel/secret';
import { StartError } from '../../kernel/start-error';
import { createSigningKey, openSigningKey } from '../log/note-key';
import type { LedgerSigner } from './ledger-signer';

const SEED_BYTES = 32;

/** By what node:crypto calls the kind of a key. */
const SIGNERS: { readonly [kind: string]: (origin: string, key: KeyObject) => LedgerSigner } = {
  ed25519: (origin, key) => openSigningKey(createSigningKey(origin, key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES)).secret),
};

/** A signer for the log `origin`. */
export function openPemSigner(origin: string, pem: Secret): LedgerSigner {
  const key = readKey(pem);
  const open = key === null ? undefined : SIGNERS[key.asymmetricKeyType ?? ''];
  if (key !== null && open !== undefined) return open(origin, key);
  throw new StartError("The ledger's signing key is not an Ed25519 private key in PEM.", 'Make one with: openssl genpkey -algorithm ed25519');
}

function readKey(pem: Secret): KeyObject | null {
  try {
    return createPrivateKey(pem.reveal());
  } catch {
    // The parser's own message may quote the text, which is a key.
    return null;
  }
}
