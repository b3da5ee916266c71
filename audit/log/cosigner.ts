/**
 * Cosigners: their keys, their signing and the reading of what they signed. A cosigner's key is of its own signature type and
 * opens as nothing else, so that a log's key can never witness and a witness's key never make checkpoints.
 */
import { cosignedMessage, COSIGNATURE_V1, cosignatureTime, encodeCosignature } from './cosignature';
import { ed25519Signer } from './ed25519';
import { parseCheckpointHead } from './checkpoint';
import type { OpenedNote } from './note';
import { createKey, openKey, type NoteSigner, type SigningKey, type VerifierKey } from './note-key';

/** A fresh key unless a seed is given. The message does not name the cosigner: every cosigner MUST have a key of its own. */
export function createCosignerKey(name: string, seed?: Buffer): SigningKey {
  return createKey(COSIGNATURE_V1, name, seed);
}

/** Signs checkpoints only, each with the time of the clock. */
export function openCosigner(secret: string, clock: () => Date): NoteSigner & { readonly vkey: string } {
  const { name, keyId, vkey, seed } = openKey(COSIGNATURE_V1, secret);
  const sign = ed25519Signer(seed);
  return {
    name,
    keyId,
    vkey,
    async sign(text) {
      parseCheckpointHead(text);
      const seconds = Math.floor(clock().getTime() / 1000);
      return encodeCosignature(seconds, sign(cosignedMessage(text, BigInt(seconds))));
    },
  };
}

export interface Cosigned {
  readonly key: VerifierKey;
  readonly at: Date;
}

/**
 * Who cosigned an opened note, each underlying key once: the same key under two names is one cosigner. Of its cosignatures
 * the earliest counts, since from then on the tree existed.
 */
export function cosignersOf(note: OpenedNote, keys: readonly VerifierKey[]): Cosigned[] {
  const found = new Map<string, Cosigned>();
  for (const { name, keyId, signature } of note.verified) {
    const key = keys.find((known) => known.name === name && known.keyId === keyId);
    if (key?.role !== 'witness') continue;
    const id = key.publicKey.toString('hex');
    const at = cosignatureTime(signature);
    const before = found.get(id);
    if (before === undefined || at < before.at) found.set(id, { key, at });
  }
  return [...found.values()];
}
