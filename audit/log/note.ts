/**
 * C2SP signed notes. Knows texts, signature lines and keys, not what a text means. Refuses a note as soon as a known key's
 * signature on it is wrong, and never treats a signature by an unknown key as evidence.
 *
 * A note looks like this:
 *
 *     cession.local/ledger
 *     2
 *     nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
 *
 *     — cession.local/ledger zH7L5m2JQ…
 */
import { FormatError } from './format-error';
import type { NoteSigner, VerifierKey } from './note-key';

/** The specification asks for at least 16; more would let a stranger make verification slow. */
export const MAX_SIGNATURES = 64;
export const MAX_NOTE_BYTES = 1_000_000;

export interface NoteSignature {
  readonly name: string;
  /** Eight lower-case hex digits. An identifier, not a protection: trust comes from the configured key alone. */
  readonly keyId: string;
  readonly signature: Buffer;
}

export interface ParsedNote {
  /** Ends in LF. This is what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface OpenedNote {
  readonly text: string;
  /** By keys given to openNote; never empty. */
  readonly verified: readonly NoteSignature[];
  /** By other keys: proves nothing. */
  readonly unverified: readonly NoteSignature[];
}

/** A known key's signature is wrong (INVALID), or no known key signed (UNVERIFIED). */
export class NoteRefusal extends Error {
  constructor(
    readonly code: 'SIGNATURE_INVALID' | 'SIGNATURE_MISSING',
    readonly keyName: string,
    message: string,
  ) {
    super(message);
    this.name = 'NoteRefusal';
  }
}

const EM_DASH = '\u2014 ';
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const KEY_NAME = /^[^\s+]+$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function malformed(message: string): never {
  throw new FormatError('NOTE_MALFORMED', message);
}

export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) && !CONTROL.test(name) && !/\p{Surrogate}/u.test(name);
}

/** RFC 4648 section 4 with padding, one spelling per value; null otherwise. */
export function decodeBase64(text: string): Buffer | null {
  if (!BASE64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function assertText(text: string): void {
  if (!text.endsWith('\n')) malformed('a note text does not end in a line feed');
  if (CONTROL.test(text)) malformed('a note text holds a control character');
  if (/\p{Surrogate}/u.test(text)) malformed('a note text is not valid Unicode');
}

function parseSignature(line: string): NoteSignature {
  if (!line.startsWith(EM_DASH)) malformed('a signature line does not begin with an em dash and a space');
  const rest = line.slice(EM_DASH.length);
  const cut = rest.indexOf(' ');
  const name = rest.slice(0, cut);
  const bytes = decodeBase64(rest.slice(cut + 1));
  if (cut < 1 || !isKeyName(name)) malformed('a signature line has no key name');
  if (bytes === null || bytes.length < 5) return malformed('a signature is not base64 of a key id and a signature');
  return { name, keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

/** Text and signature lines, nothing verified. */
export function parseNote(note: string): ParsedNote {
  if (note.length > MAX_NOTE_BYTES) malformed('a note is too long');
  // The text may hold blank lines; only the last one separates it from the signatures.
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) malformed('a note has no blank line before its signatures');
  const text = note.slice(0, cut + 1);
  const lines = note.slice(cut + 2);
  assertText(text);
  if (!lines.endsWith('\n')) malformed('a note does not end in a line feed');
  const signatures = lines.slice(0, -1).split('\n');
  if (signatures.length > MAX_SIGNATURES) malformed(`a note has more than ${MAX_SIGNATURES} signatures`);
  return { text, signatures: signatures.map(parseSignature) };
}

/** The note with its signatures sorted into those by `keys`, all of which hold, and the rest. */
export function openNote(note: string, keys: readonly VerifierKey[]): OpenedNote {
  const { text, signatures } = parseNote(note);
  const verified: NoteSignature[] = [];
  const unverified: NoteSignature[] = [];
  const seen = new Set<string>();
  for (const signature of signatures) {
    // Known is the pair of name and id; either alone is somebody else's key (C2SP signed-note).
    const id = `${signature.name} ${signature.keyId}`;
    const key = keys.find((known) => known.name === signature.name && known.keyId === signature.keyId);
    if (key === undefined) {
      unverified.push(signature);
      continue;
    }
    if (!key.verify(text, signature.signature)) throw new NoteRefusal('SIGNATURE_INVALID', key.name, 'a signature by a known key does not hold');
    // One key counts once, however often it signed: otherwise a quorum could be reached alone.
    if (!seen.has(id)) verified.push(signature);
    seen.add(id);
  }
  if (verified.length === 0) throw new NoteRefusal('SIGNATURE_MISSING', keys[0]?.name ?? '', 'no known key signed the note');
  return { text, verified, unverified };
}

/** A signature line, with its LF. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `${EM_DASH}${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

/** The text signed by each signer, in the order given. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  assertText(text);
  if (signers.length === 0) malformed('a note needs a signature');
  let note = `${text}\n`;
  for (const signer of signers) {
    note += formatSignature({ name: signer.name, keyId: signer.keyId, signature: await signer.sign(text) });
  }
  return note;
}
