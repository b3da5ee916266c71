/**
 * The changes of the log's key in an export: each entry that made one, with its inclusion proof in the export's checkpoint. They
 * lead from the key that a reader was given once to the key everything is signed with now.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import type { Checkpoint } from './checkpoint';
import { parseEntry } from './entry';
import { isExactly } from './event-shape';
import type { OptionalFile } from './export-files';
import { LogKeys, readRotation } from './log-keys';
import { decodeBase64 } from './note';
import { HASH_BYTES, leafHash, verifyInclusion } from './tree';
import { fail } from './verdict';

export const KEYS_FILE = 'keys' satisfies OptionalFile;
/** A key a month for twenty years. */
const MAX_CHANGES = 256;

export interface KeyChange {
  /** The entry bytes, verbatim. */
  readonly bytes: Buffer;
  /** Inclusion in the tree of the export's checkpoint. */
  readonly proof: readonly Buffer[];
}

export function formatKeyChanges(changes: readonly KeyChange[]): string {
  return changes.map(({ bytes, proof }) => `${canonicalize({ entry: bytes.toString('base64'), proof: proof.map((hash) => hash.toString('base64')) })}\n`).join('');
}

function malformed(detail: string): never {
  return fail('integrity', { code: 'ROTATION_INVALID', file: KEYS_FILE, detail });
}

function readBytes(value: JsonValue | undefined): Buffer {
  return (typeof value === 'string' ? decodeBase64(value) : null) ?? malformed('a value is not base64');
}

export function parseKeyChanges(text: string): KeyChange[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_CHANGES) malformed(`there are 1 to ${MAX_CHANGES} lines`);
  return lines.map((line) => {
    const value = parseCanonicalText(line);
    if (!isExactly(value, ['entry', 'proof']) || !Array.isArray(value['proof'])) return malformed('a member is missing or unknown');
    const proof = (value['proof'] as readonly JsonValue[]).map(readBytes);
    if (proof.some((hash) => hash.length !== HASH_BYTES)) malformed('a proof is not a list of hashes');
    return { bytes: readBytes(value['entry']), proof };
  });
}

/** The keys up to the export's own; each change is an entry of the export's tree. Throws FormatError on one that is not signed. */
export function followKeyChanges(changes: readonly KeyChange[], { size, root }: Checkpoint, vkey: string): LogKeys {
  const entries = changes.map(({ bytes, proof }) => {
    const entry = parseEntry(bytes);
    if (entry.index >= size || !verifyInclusion(entry.index, size, leafHash(bytes), proof, root)) fail('integrity', { code: 'INCLUSION_INVALID', file: KEYS_FILE, index: entry.index });
    return entry;
  });
  const [first] = entries;
  const keys = new LogKeys(first === undefined ? vkey : readRotation(first).previous);
  for (const entry of entries) keys.rotate(entry);
  if (keys.current.vkey !== vkey) fail('integrity', { code: 'KEY_MISMATCH', file: KEYS_FILE, expected: vkey, got: keys.current.vkey });
  return keys;
}
