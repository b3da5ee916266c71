/**
 * Erasing entries that an export of streams names but that stand in none of them: each with its inclusion proof, showing nothing
 * but whom it erased. Refuses an entry of any other kind.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import type { Checkpoint } from './checkpoint';
import { digestDisclosure, parseDisclosure } from './commitment';
import { splitLines } from './disclosure-record';
import { parseEntry } from './entry';
import { ERASED_TYPE, SUBJECT_MEMBER } from './erasure-check';
import { isExactly } from './event-shape';
import { decodeBase64 } from './note';
import { HASH_BYTES, leafHash, rootFromInclusion } from './tree';
import { fail } from './verdict';

export interface ErasureRecord {
  readonly index: number;
  /** The entry bytes, verbatim. */
  readonly entry: Buffer;
  /** The disclosure string of the member that names the borrower. */
  readonly subject: string;
  readonly proof: readonly Buffer[];
}

export function formatErasure({ index, entry, subject, proof }: ErasureRecord): string {
  return `${canonicalize({ entry: entry.toString('base64'), index, proof: proof.map((hash) => hash.toString('base64')), subject })}\n`;
}

/** One line for each of these indexes. */
export function parseErasures(text: string, due: readonly number[], file: string): ErasureRecord[] {
  return splitLines(text, file, due.length).map((line, i) => parseErasure(line, due[i] as number, file));
}

function parseErasure(line: string, due: number, file: string): ErasureRecord {
  const place = { file, index: due };
  const refuse = (detail: string): never => fail('integrity', { code: 'ERASURE_MALFORMED', ...place, detail });
  const value = parseCanonicalText(line);
  if (!isExactly(value, ['entry', 'index', 'proof', 'subject'])) return refuse('a member is missing or unknown');
  const { entry, index, proof, subject } = value;
  if (index !== due) return fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(due), got: canonicalize(index) });
  const bytes = typeof entry === 'string' ? decodeBase64(entry) : null;
  if (bytes === null || typeof subject !== 'string' || !Array.isArray(proof)) return refuse('entry, subject or proof is not readable');
  const hashes = (proof as readonly JsonValue[]).map((step) => {
    const hash = typeof step === 'string' ? decodeBase64(step) : null;
    return hash?.length === HASH_BYTES ? hash : refuse('a step of the proof is no hash');
  });
  return { index: due, entry: bytes, subject, proof: hashes };
}

/** Whom the entry erased, proven to be in the checkpoint's tree. */
export function openErasure({ index, entry: bytes, subject, proof }: ErasureRecord, checkpoint: Checkpoint, file: string): string {
  const place = { file, index };
  const root = rootFromInclusion(index, checkpoint.size, leafHash(bytes), proof);
  if (root === null || !root.equals(checkpoint.root)) {
    fail('integrity', { code: 'INCLUSION_INVALID', ...place, expected: checkpoint.root.toString('base64'), got: root?.toString('base64') ?? 'no root' });
  }
  const entry = parseEntry(bytes);
  if (entry.index !== index) fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(index), got: String(entry.index) });
  if (entry.event.type !== ERASED_TYPE || entry.source !== 'borrowers') fail('integrity', { code: 'ERASURE_INVALID', ...place, expected: ERASED_TYPE, got: entry.event.type });
  const disclosure = parseDisclosure(subject);
  if (!entry.event.sd.includes(digestDisclosure(subject))) fail('integrity', { code: 'DISCLOSURE_UNREFERENCED', ...place });
  if (disclosure.form !== 'member' || disclosure.name !== SUBJECT_MEMBER || typeof disclosure.value !== 'string') return fail('integrity', { code: 'DISCLOSURE_MISPLACED', ...place });
  return disclosure.value;
}
