/**
 * The account of one entry's digests in an export: each is disclosed, or withheld for a stated reason, or erased by a stated
 * entry, or the export is broken. Knows nothing of streams or trees.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { digestDisclosure, isDigest, parseDisclosure, type Disclosure } from './commitment';
import type { ParsedEntry } from './entry';
import { CLEAR_NAMES, isExactly } from './event-shape';
import { FormatError } from './format-error';
import { fail, type ReasonCode } from './verdict';

/** One line of a disclosures file. */
export interface DisclosureRecord {
  readonly index: number;
  /** Disclosure strings of members and items. */
  readonly disclosed: readonly string[];
  /** Disclosure strings of links. */
  readonly links: readonly string[];
  /** Digests by the reason their disclosure is not shown. */
  readonly withheld: { readonly [reason in WithheldReason]?: readonly string[] };
  /** Digests of members that nobody can open any more, by the index of the entry that erased them; absent when there is none. */
  readonly erased?: { readonly [index: string]: readonly string[] };
}

/**
 * sealed: personal, under a key that this export does not hold. scope: not this reader's to see. internal: for the hub's
 * own followers only.
 */
export const WITHHELD_REASONS = ['internal', 'scope', 'sealed'] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

/** Below 2^53, without leading zeros. */
const INDEX = /^(0|[1-9][0-9]{0,14})$/;

/** Where a record or entry stands, for findings. */
export interface Place {
  readonly file: string;
  readonly index: number;
}

export type LinkDisclosure = Extract<Disclosure, { form: 'link' }> & { readonly digest: string };
export type HiddenMember = Pick<Extract<Disclosure, { form: 'member' }>, 'name' | 'value'>;

/** What a record shows of its entry. */
export interface OpenedRecord {
  readonly links: readonly LinkDisclosure[];
  readonly members: readonly HiddenMember[];
}

export function formatRecord(record: DisclosureRecord): string {
  return `${canonicalize(record)}\n`;
}

/** Lines of a file that are canonical JSON, each ending in LF. */
export function splitLines(text: string, file: string, lines: number): string[] {
  const parts = text.split('\n');
  if (parts.pop() !== '' || parts.length !== lines) fail('integrity', { code: 'DISCLOSURES_MALFORMED', file, expected: `${lines} lines`, got: `${parts.length} lines` });
  return parts;
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && (value as readonly JsonValue[]).every((item) => typeof item === 'string');
}

/** Not empty; each name the index of an entry as canonical JSON writes it. */
function isErasedList(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const lists = Object.entries(value as { readonly [name: string]: JsonValue });
  const isList = ([by, digests]: readonly [string, JsonValue]): boolean => INDEX.test(by) && isTexts(digests) && digests.length > 0 && digests.every(isDigest);
  return lists.length > 0 && lists.every(isList);
}

export function parseRecord(line: string, place: Place): DisclosureRecord {
  const refuse = (detail: string): never => fail('integrity', { code: 'DISCLOSURES_MALFORMED', ...place, detail });
  const value = parseCanonicalText(line);
  if (!isExactly(value, ['disclosed', 'index', 'links', 'withheld'], ['erased'])) return refuse('a member is missing or unknown');
  const { disclosed, erased, index, links, withheld } = value;
  if (index !== place.index) return fail('integrity', { code: 'INDEX_MISMATCH', ...place, expected: String(place.index), got: canonicalize(index) });
  if (!isTexts(disclosed) || !isTexts(links)) return refuse('a disclosure is not a text');
  if (!isExactly(withheld, [], WITHHELD_REASONS)) return refuse('a reason for withholding is unknown');
  for (const digests of Object.values(withheld)) if (!isTexts(digests) || digests.length === 0 || !digests.every(isDigest)) return refuse('a withheld digest is not readable');
  if (erased !== undefined && !isErasedList(erased)) return refuse('an erased digest is not readable');
  return value as unknown as DisclosureRecord;
}

type Slot = 'member' | 'element' | 'link';

/** Every digest of the entry exactly once (RFC 9901 section 7.1). */
export function checkRecord(entry: ParsedEntry, record: DisclosureRecord, place: Place): OpenedRecord {
  const refuse = (code: ReasonCode, detail?: string): never => fail('integrity', { code, ...place, ...(detail === undefined ? {} : { detail }) });
  const open = new Map<string, Slot>();
  for (const digest of entry.event.sd) open.set(digest, 'member');
  for (const digest of entry.event.items) open.set(digest, 'element');
  for (const digest of entry.links) open.set(digest, 'link');
  const total = open.size;
  if (total !== entry.event.sd.length + entry.event.items.length + entry.links.length) refuse('DISCLOSURE_DUPLICATE', 'one digest stands twice in the entry');
  const settled = new Set<string>();
  const settle = (digest: string): Slot => {
    const slot = open.get(digest);
    if (slot === undefined) return refuse(settled.has(digest) ? 'DISCLOSURE_DUPLICATE' : 'DISCLOSURE_UNREFERENCED');
    open.delete(digest);
    settled.add(digest);
    return slot;
  };
  const names = new Set<string>();
  const members: HiddenMember[] = [];
  const links: LinkDisclosure[] = [];
  for (const text of record.disclosed) {
    const slot = settle(digestDisclosure(text));
    const disclosure = readDisclosure(text, place);
    if (disclosure.form !== slot || slot === 'link') refuse('DISCLOSURE_MISPLACED');
    if (disclosure.form !== 'member') continue;
    if (CLEAR_NAMES.has(disclosure.name) || names.has(disclosure.name)) refuse('DISCLOSURE_MISPLACED', 'its name is taken in this event');
    names.add(disclosure.name);
    members.push(disclosure);
  }
  for (const text of record.links) {
    const digest = digestDisclosure(text);
    const slot = settle(digest);
    const disclosure = readDisclosure(text, place);
    if (slot !== 'link' || disclosure.form !== 'link') return refuse('DISCLOSURE_MISPLACED');
    links.push({ ...disclosure, digest });
  }
  for (const digests of Object.values(record.withheld)) for (const digest of digests) settle(digest);
  // Places in streams and subjects of bulk events are structural: no erasure takes them away.
  for (const digests of Object.values(record.erased ?? {})) for (const digest of digests) if (settle(digest) !== 'member') refuse('DISCLOSURE_MISPLACED');
  if (open.size > 0) fail('integrity', { code: 'DISCLOSURE_MISSING', ...place, expected: String(total), got: String(total - open.size) });
  return { links, members };
}

function readDisclosure(text: string, place: Place): Disclosure {
  try {
    return parseDisclosure(text);
  } catch (error) {
    if (error instanceof FormatError) fail('integrity', { code: error.code, ...place, detail: error.message });
    throw error;
  }
}
