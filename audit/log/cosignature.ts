/**
 * C2SP cosignature/v1 (signature type 0x04): a witness states when it saw a checkpoint as the largest consistent one of its
 * log. Defines what is signed and how the time is carried; who may be believed is the policy's business.
 */
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES, ed25519Verifier } from './ed25519';
import { FormatError } from './format-error';
import type { NoteAlgorithm } from './note-key';

export const COSIGNATURE_V1 = 0x04;
const TIME_BYTES = 8;

/** POSIX seconds. The specification lets a verifier refuse times in the future; no date is as late as this one. */
const LATEST_SECONDS = 8_640_000_000_000n;

/** The two lines before the text keep a cosignature from passing as any other signature by the same key. */
export function cosignedMessage(text: string, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`, 'utf8');
}

export function encodeCosignature(seconds: number, signature: Buffer): Buffer {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > LATEST_SECONDS) throw new FormatError('NOTE_MALFORMED', 'a cosignature needs a time in whole seconds');
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  return Buffer.concat([time, signature]);
}

/** The time in a cosignature that was verified; in one that was not it proves nothing. */
export function cosignatureTime(cosignature: Buffer): Date {
  return new Date(Number(cosignature.readBigUInt64BE(0)) * 1000);
}

export const cosignatureV1: NoteAlgorithm = {
  type: COSIGNATURE_V1,
  role: 'witness',
  publicKeyBytes: ED25519_KEY_BYTES,
  signatureBytes: TIME_BYTES + ED25519_SIGNATURE_BYTES,
  prepare(publicKey) {
    const holds = ed25519Verifier(publicKey);
    return (text, cosignature) => {
      const seconds = cosignature.readBigUInt64BE(0);
      return seconds <= LATEST_SECONDS && holds(cosignedMessage(text, seconds), cosignature.subarray(TIME_BYTES));
    };
  },
};
