/**
 * Earlier checkpoints in an export, each with the proof that the log grew from it to the export's own. They answer whoever
 * kept one of them, and carry what others attested at their time. Refuses one that the log's key did not sign.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { parseCheckpoint, verifyCheckpoint, type Checkpoint } from './checkpoint';
import { isExactly } from './event-shape';
import type { OptionalFile } from './export-files';
import { locate } from './locate';
import type { LogKeys } from './log-keys';
import { decodeBase64, parseNote } from './note';
import { HASH_BYTES, verifyConsistency } from './tree';
import { fail } from './verdict';

export const CHECKPOINTS_FILE = 'checkpoints' satisfies OptionalFile;
/** A day of checkpoints at one every twenty seconds; also bounds the signatures a stranger's file makes us check. */
export const MAX_SERIES = 4_096;

export interface SeriesRecord {
  /** The note as it was published, with its cosignatures. */
  readonly checkpoint: string;
  /** RFC 9162 consistency with the export's checkpoint. */
  readonly consistency: readonly Buffer[];
}

/** A checkpoint of the log's past that was checked, and the note it came in. */
export interface PastCheckpoint extends Checkpoint {
  readonly signed: string;
}

export function formatSeries(records: readonly SeriesRecord[]): string {
  return records.map(({ checkpoint, consistency }) => `${canonicalize({ checkpoint, consistency: consistency.map((hash) => hash.toString('base64')) })}\n`).join('');
}

function malformed(detail: string): never {
  return fail('integrity', { code: 'CHECKPOINTS_MALFORMED', file: CHECKPOINTS_FILE, detail });
}

function readHash(value: JsonValue): Buffer {
  const hash = typeof value === 'string' ? decodeBase64(value) : null;
  return hash?.length === HASH_BYTES ? hash : malformed('a proof is not a list of hashes');
}

export function parseSeries(text: string): SeriesRecord[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SERIES) malformed(`a series has 1 to ${MAX_SERIES} lines`);
  return lines.map((line) => {
    const value = parseCanonicalText(line);
    if (!isExactly(value, ['checkpoint', 'consistency'])) return malformed('a member is missing or unknown');
    const { checkpoint, consistency } = value;
    if (typeof checkpoint !== 'string' || !Array.isArray(consistency)) return malformed('a member has another type');
    return { checkpoint, consistency: (consistency as readonly JsonValue[]).map(readHash) };
  });
}

/** Ascending, each smaller than `last`, each signed by the key in force at its size and each the beginning of the tree of `last`. */
export function checkSeries(records: readonly SeriesRecord[], last: Checkpoint, keys: LogKeys): PastCheckpoint[] {
  const place = { file: CHECKPOINTS_FILE };
  let before = 0;
  return records.map(({ checkpoint: signed, consistency }) => {
    const { origin, size, root } = locate(place, () => verifyCheckpoint(signed, keys.at(sizeOf(signed))));
    if (size <= before || size >= last.size) malformed(`sizes have to ascend from 1 to below ${last.size}`);
    before = size;
    if (!verifyConsistency(size, last.size, root, last.root, consistency)) fail('integrity', { code: 'CONSISTENCY_INVALID', ...place, expected: `tree of ${size} within that of ${last.size}` });
    return { origin, size, root, signed };
  });
}

/** What a note claims, to find the key that has to have signed it. */
export function sizeOf(note: string): number {
  return parseCheckpoint(parseNote(note).text).size;
}

/** Whether a checkpoint seen elsewhere is one of these; fails when it is another of the same size. */
export function compareKnown(known: Checkpoint, among: readonly Checkpoint[]): boolean {
  // The empty tree is the beginning of every log.
  if (known.size === 0) return true;
  const same = among.find(({ size }) => size === known.size);
  if (same === undefined) return false;
  if (same.root.equals(known.root)) return true;
  return fail('integrity', { code: 'FORKED_FROM_KNOWN', file: 'checkpoint', expected: known.root.toString('base64'), got: same.root.toString('base64') });
}
