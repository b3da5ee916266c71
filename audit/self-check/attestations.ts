/**
 * What others said of checkpoints, against the checkpoints as stored: each cosignature must hold under its witness's key, each
 * time stamp be over the bytes that were stamped. Whether an authority is believed is the verifier's matter.
 */
import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { cosignersOf } from '../log/cosigner';
import { FormatError } from '../log/format-error';
import { NoteRefusal, openNote } from '../log/note';
import { parseVkey } from '../log/note-key';
import { stampedBytes } from '../log/timestamp-file';
import { readStampedContent, SHA256_OID, StampRefusal } from '../time/stamp-request';
import type { CheckedKeys } from './checked-keys';
import { differ } from './checked-row';

interface NoteOfSize {
  readonly size: number;
  readonly note: string;
}

const COSIGNATURES = 'select size::float8 as size, witness, line from cosignature where size = any($1)';
const STAMPS = 'select size::float8 as size, authority, token from checkpoint_timestamp where size = any($1)';

export async function checkAttestations(pool: Pick<Pool, 'query'>, checkpoints: readonly NoteOfSize[], keys: CheckedKeys): Promise<void> {
  if (checkpoints.length === 0) return;
  const notes = new Map(checkpoints.map(({ size, note }) => [size, note]));
  const sizes = [...notes.keys()];
  const { rows: cosignatures } = await pool.query<{ size: number; witness: string; line: string }>(COSIGNATURES, [sizes]);
  for (const { size, witness, line } of cosignatures) checkCosignature((notes.get(size) ?? '') + line, witness, `size ${size}`);
  const { rows: stamps } = await pool.query<{ size: number; authority: string; token: Buffer }>(STAMPS, [sizes]);
  for (const { size, authority, token } of stamps) checkStamp(token, stampedBytes(notes.get(size) ?? '', keys.at(size)), `size ${size}, ${authority}`);
}

function checkCosignature(note: string, witness: string, at: string): void {
  const got = problemOf(note, witness);
  if (got !== null) differ({ table: 'cosignature', check: 'a cosignature holds under the key of its witness', at, expected: witness, got });
}

function problemOf(note: string, witness: string): string | null {
  try {
    const key = parseVkey(witness);
    // The log's own signature stands in the note, too: a key of its kind is no witness's.
    return cosignersOf(openNote(note, [key]), [key]).length === 1 ? null : 'a key that does not cosign';
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof NoteRefusal)) throw error;
    return error.message;
  }
}

function checkStamp(token: Buffer, stamped: Buffer, at: string): void {
  const expected = hash('sha256', stamped, 'hex');
  const got = imprintOf(token);
  if (got !== expected) differ({ table: 'checkpoint_timestamp', check: 'a time stamp is over the checkpoint as the log signed it', at, expected, got });
}

/** Stamps are asked for with SHA-256; see stamp-request.ts. */
function imprintOf(token: Buffer): string {
  try {
    const { messageImprint } = readStampedContent(token);
    const { algorithmId } = messageImprint.hashAlgorithm;
    if (algorithmId !== SHA256_OID) return `an imprint by ${algorithmId}`;
    return Buffer.from(messageImprint.hashedMessage.valueBlock.valueHexView).toString('hex');
  } catch (error) {
    if (!(error instanceof StampRefusal)) throw error;
    return error.message;
  }
}
