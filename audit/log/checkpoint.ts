/**
 * C2SP checkpoints: the size and root of the log, signed. Refuses extension lines, because later kinds of cosignature do
 * not cover them, and a checkpoint signed under another name than its origin.
 *
 *     cession.local/ledger
 *     923748
 *     nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
 */
import { FormatError } from './format-error';
import { decodeBase64, isKeyName, openNote, signNote, type OpenedNote } from './note';
import type { NoteSigner, VerifierKey } from './note-key';
import { EMPTY_ROOT, HASH_BYTES } from './tree';

export interface Checkpoint {
  /** Which log; also the name of its key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

function malformed(message: string): never {
  throw new FormatError('CHECKPOINT_MALFORMED', message);
}

/** A decimal without leading zeros that a double holds exactly. */
export function parseDecimal(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

function assertForm({ origin, size, root }: Checkpoint): void {
  if (!isKeyName(origin)) malformed('an origin is empty or holds a space or +');
  if (!Number.isSafeInteger(size) || size < 0) malformed('a tree size is a whole number from 0');
  if (root.length !== HASH_BYTES) malformed('a root hash is not 32 bytes');
}

function assertCheckpoint(checkpoint: Checkpoint): void {
  assertForm(checkpoint);
  if (checkpoint.size === 0 && !checkpoint.root.equals(EMPTY_ROOT)) malformed('the empty tree has another root');
}

/** The note text. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  assertCheckpoint(checkpoint);
  return `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;
}

export function parseCheckpoint(text: string): Checkpoint {
  if (text.split('\n').length !== 4) malformed('a checkpoint is not three lines');
  return parseCheckpointHead(text);
}

/**
 * Origin, size and root of any log's checkpoint, extension lines included: a cosignature covers them, though it says nothing
 * about them. For witnesses and proofs of other logs; this ledger's own have none.
 */
export function parseCheckpointHead(text: string): Checkpoint {
  const checkpoint = parseCheckpointClaim(text);
  assertCheckpoint(checkpoint);
  return checkpoint;
}

/** What a text claims, impossible roots of the empty tree included: a witness has an answer of its own to those. */
export function parseCheckpointClaim(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, decimal, base64, ...extensions] = lines;
  if (extensions.pop() !== '' || extensions.includes('')) return malformed('a checkpoint is not three lines and extension lines');
  const size = parseDecimal(decimal ?? '');
  const root = decodeBase64(base64 ?? '');
  if (size === null) return malformed('a tree size is not a decimal');
  if (root === null) return malformed('a root hash is not canonical base64');
  const claim = { origin: origin ?? '', size, root };
  assertForm(claim);
  return claim;
}

/** The log MUST NOT sign two checkpoints that are inconsistent with one another; that is the caller's promise. */
export async function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Promise<string> {
  if (signer.name !== checkpoint.origin) malformed('a log signs under its origin');
  return signNote(formatCheckpoint(checkpoint), [signer]);
}

/** The checkpoint in a note that the log's key signed. Throws NoteRefusal when it did not. */
export function verifyCheckpoint(note: string, key: VerifierKey): Checkpoint & { readonly note: OpenedNote } {
  return verifyCheckpointByAny(note, [key]);
}

/** The same of a log that had several keys: one of them signed it, and none that did is wrong. */
export function verifyCheckpointByAny(note: string, keys: readonly VerifierKey[]): Checkpoint & { readonly note: OpenedNote } {
  if (keys.some(({ role }) => role !== 'log')) malformed('the key is not one of a log');
  const opened = openNote(note, keys);
  const checkpoint = parseCheckpoint(opened.text);
  if (keys.some(({ name }) => name !== checkpoint.origin)) malformed('a checkpoint is of another log than the key');
  return { ...checkpoint, note: opened };
}
