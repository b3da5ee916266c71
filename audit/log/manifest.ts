/**
 * The two texts the log's key signs for an export: the manifest, which opens it and says what it is about, and the seal,
 * which closes it and commits to every byte between. Writes version 3, reads 1 and 2, too; refuses unknown members of each.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { isStream } from './commitment';
import { isExactly, isInstant } from './event-shape';
import { OPTIONAL_PARTS, type OptionalPart } from './export-files';
import { decodeBase64 } from './note';
import { HASH_BYTES } from './tree';
import { fail, type ReasonCode } from './verdict';

/** First line of each version's text, and its `v`. */
const MANIFEST_LINES = { 1: 'cession-export/v1', 2: 'cession-export/v2', 3: 'cession-export/v3' } as const;
type ManifestVersion = keyof typeof MANIFEST_LINES;

/** Members that a version added to those before it. */
const ADDED: { readonly [version in ManifestVersion]: readonly string[] } = { 1: [], 2: ['files', 'period'], 3: ['requestedBy'] };
/** What `files` of a version may name. */
const PARTS: { readonly [version in ManifestVersion]: readonly OptionalPart[] } = { 1: [], 2: ['checkpoints', 'timestamps'], 3: OPTIONAL_PARTS };
export const SEAL_LINE = 'cession-export-seal/v1';

/** Entries n = from..to of a stream; from = to + 1 when it had none in the range. Neighbours of a part are not counted in. */
export interface StreamRange {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/** By recordedAt: not before `from`, before `until`; at least one of the two. */
export interface Period {
  readonly from: string | null;
  readonly until: string | null;
}

export interface Manifest {
  readonly kind: 'log' | 'stream';
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  /** What the exporter states; the verifier reports its own finding. */
  readonly completeness: 'proven by this export' | 'not proven by this export';
  readonly createdAt: string;
  /** Which of the optional parts the export holds, in their order. Version 1 had none. */
  readonly files: readonly OptionalPart[];
  /** The right under which the export was asked for, or null for the operator's own. */
  readonly mandate: string | null;
  /** Of a stream export that holds the entries of a time only, and their neighbours. Version 1 had none. */
  readonly period: Period | null;
  /** The organisation or person who asked for it, or null for the operator. Versions before 3 did not say. */
  readonly requestedBy: string | null;
  /** Empty for a whole log. */
  readonly streams: readonly StreamRange[];
  readonly vkey: string;
}

export interface Seal {
  readonly files: number;
  readonly entries: number;
  readonly disclosed: number;
  readonly withheld: { readonly [reason: string]: number };
  /** Hex SHA-256 over `name LF length LF bytes` of every file before the seal. */
  readonly sha256: string;
}

export function formatManifest(manifest: Manifest): string {
  return `${MANIFEST_LINES[3]}\n${canonicalize({ ...manifest, v: 3 })}\n`;
}

export function formatSeal(seal: Seal): string {
  return `${SEAL_LINE}\n${canonicalize({ ...seal, v: 1 })}\n`;
}

/** The JSON of a two-line text that begins with this line. */
function readText(text: string, line: string, file: string, code: ReasonCode): JsonValue {
  if (!text.startsWith(`${line}\n`) || !text.endsWith('\n')) fail('integrity', { code, file, detail: `the text does not begin with ${line}` });
  return parseCanonicalText(text.slice(line.length + 1, -1));
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRange(value: JsonValue): boolean {
  if (!isExactly(value, ['from', 'stream', 'to'])) return false;
  const { from, stream, to } = value;
  return isStream(stream) && isCount(from) && isCount(to) && from >= 1 && from <= to + 1;
}

export function parseManifest(text: string): Manifest {
  const refuse = (detail: string): never => fail('integrity', { code: 'MANIFEST_MALFORMED', file: 'manifest', detail });
  const version = ([1, 2] as const).find((old) => text.startsWith(`${MANIFEST_LINES[old]}\n`)) ?? 3;
  const value = readText(text, MANIFEST_LINES[version], 'manifest', 'MANIFEST_MALFORMED');
  if (!isExactly(value, ['checkpoint', 'completeness', 'createdAt', 'kind', 'mandate', 'streams', 'v', 'vkey', ...membersSince(version)])) return refuse('a member is missing or unknown');
  const { checkpoint, completeness, createdAt, files = [], kind, mandate, period = null, requestedBy = null, streams, vkey } = value;
  if (value['v'] !== version || (kind !== 'log' && kind !== 'stream')) return refuse('version or kind is unknown');
  if (!isPartList(files, PARTS[version])) return refuse('an optional part is unknown or out of its order');
  if (!isPeriod(period) || (period !== null && kind === 'log')) return refuse('the period is not readable');
  if (!isExactly(checkpoint, ['origin', 'root', 'size']) || !isCount(checkpoint['size'])) return refuse('the checkpoint is not named');
  if (typeof checkpoint['origin'] !== 'string' || typeof checkpoint['root'] !== 'string' || decodeBase64(checkpoint['root'])?.length !== HASH_BYTES) return refuse('the checkpoint is not named');
  if (completeness !== 'proven by this export' && completeness !== 'not proven by this export') return refuse('no statement on completeness');
  if (!isInstant(createdAt) || !isTextOrNull(mandate) || !isTextOrNull(requestedBy) || typeof vkey !== 'string') return refuse('createdAt, mandate, requestedBy or vkey is not readable');
  if (!Array.isArray(streams) || !(streams as readonly JsonValue[]).every(isRange)) return refuse('a stream range is not readable');
  const ranges = streams as unknown as readonly StreamRange[];
  for (let i = 1; i < ranges.length; i += 1) if ((ranges[i - 1] as StreamRange).stream >= (ranges[i] as StreamRange).stream) return refuse('streams are not in ascending order');
  if ((kind === 'log') !== (ranges.length === 0)) return refuse('a whole log names no streams, a stream export at least one');
  return { ...(value as unknown as Manifest), files, period, requestedBy };
}

function isPeriod(value: JsonValue): value is Period & JsonValue {
  if (value === null) return true;
  if (!isExactly(value, ['from', 'until'])) return false;
  const { from, until } = value;
  const isBound = (bound: JsonValue | undefined): boolean => bound === null || isInstant(bound);
  return isBound(from) && isBound(until) && (from !== null || until !== null) && (from === null || until === null || (from as string) < (until as string));
}

function membersSince(version: ManifestVersion): string[] {
  return ([1, 2, 3] as const).filter((one) => one <= version).flatMap((one) => ADDED[one]);
}

function isTextOrNull(value: JsonValue | undefined): value is string | null {
  return value === null || typeof value === 'string';
}

/** Some of the parts, in the same order. */
function isPartList(value: JsonValue, parts: readonly OptionalPart[]): value is readonly OptionalPart[] {
  if (!Array.isArray(value)) return false;
  const named = value as readonly JsonValue[];
  return canonicalize(named) === canonicalize(parts.filter((part) => named.includes(part)));
}

export function parseSeal(text: string): Seal {
  const refuse = (detail: string): never => fail('integrity', { code: 'SEAL_MALFORMED', file: 'seal', detail });
  const value = readText(text, SEAL_LINE, 'seal', 'SEAL_MALFORMED');
  if (!isExactly(value, ['disclosed', 'entries', 'files', 'sha256', 'v', 'withheld']) || value['v'] !== 1) return refuse('a member is missing or unknown');
  const { disclosed, entries, files, sha256, withheld } = value;
  if (![disclosed, entries, files].every(isCount)) return refuse('a count is not a number');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return refuse('the hash is not SHA-256 in hex');
  if (typeof withheld !== 'object' || withheld === null || Array.isArray(withheld) || !Object.values(withheld as { readonly [reason: string]: JsonValue }).every(isCount)) return refuse('withheld has no counts');
  return value as unknown as Seal;
}
