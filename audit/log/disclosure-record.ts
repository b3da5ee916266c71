/**
 * The account of one entry's digests in an export: each is disclosed, or withheld for a stated reason, or erased by a stated
 * entry, or the export is broken. Knows nothing of streams or trees.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { digestDisclosure, isDigest, openPlainDisclosures, parseDisclosure, type Disclosure } from './commitment';
import type { ParsedEntry } from './entry';
import { CLEAR_NAMES, isExactly } from './event-shape';
import { FormatError } from './format-error';
import { fail, type Finding, type ReasonCode } from './verdict';

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
  const plain = readPlainRecord(line, place.index);
  if (plain !== null) return plain;
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

const TEXTS = '(?:"[A-Za-z0-9_-]+"(?:,"[A-Za-z0-9_-]+")*)?';
const DIGESTS = '"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"(?:,"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")*';
/** Reasons in their order, each at most once, the comma between two only; a list after no other begins without one. */
const WITHHELD = WITHHELD_REASONS.map((reason) => `(?:,?"${reason}":\\[(${DIGESTS})\\])?`).join('');
const PLAIN_RECORD = new RegExp(`^\\{"disclosed":\\[(${TEXTS})\\],"index":(0|[1-9][0-9]{0,14}),"links":\\[(${TEXTS})\\],"withheld":\\{(?!,)${WITHHELD}\\}\\}$`);

/** The usual spelling, read without JSON; null leaves the decision to the general reader. */
function readPlainRecord(line: string, index: number): DisclosureRecord | null {
  const match = PLAIN_RECORD.exec(line) as readonly (string | undefined)[] | null;
  if (match === null || match[2] !== String(index)) return null;
  const withheld: { [reason in WithheldReason]?: string[] } = {};
  let lists = 0;
  for (const [i, reason] of WITHHELD_REASONS.entries()) {
    const list = match[4 + i];
    if (list === undefined) continue;
    withheld[reason] = cutTexts(list);
    lists += 1;
  }
  // Two lists that a comma does not part are not JSON: `}` is the only thing that may follow one directly.
  if (lists > 1 && line.includes(']"')) return null;
  return { disclosed: cutTexts(match[1] as string), index, links: cutTexts(match[3] as string), withheld };
}

function cutTexts(list: string): string[] {
  return list === '' ? [] : list.slice(1, -1).split('","');
}

/** Up to here looking at each is faster than halving. */
const SHORT_LIST = 12;

/** Places that fit into the bits of one number; few entries have more. */
const BIT_PLACES = 31;

/** The digests of one place of an entry, ascending, and which of them have been accounted for. */
class Digests {
  private settledBits = 0;
  private settledBeyond: Set<number> | null = null;
  open: number;

  constructor(private readonly digests: readonly string[]) {
    this.open = digests.length;
  }

  /** undefined: it is none of these; false: it was accounted for before. */
  settle(digest: string): boolean | undefined {
    const at = this.digests.length <= SHORT_LIST ? this.digests.indexOf(digest) : this.search(digest);
    if (at < 0) return undefined;
    if (at < BIT_PLACES ? (this.settledBits & (1 << at)) !== 0 : this.settledBeyond?.has(at) === true) return false;
    if (at < BIT_PLACES) this.settledBits |= 1 << at;
    else (this.settledBeyond ??= new Set()).add(at);
    this.open -= 1;
    return true;
  }

  private search(digest: string): number {
    let low = 0;
    let high = this.digests.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.digests[middle] as string;
      if (found === digest) return middle;
      if (found < digest) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

const SLOTS = ['member', 'element', 'link'] as const;
type Slot = (typeof SLOTS)[number];
const LINKS_FIRST: readonly Slot[] = ['link', 'member', 'element'];

/** Which digests of an entry have been accounted for. */
class Account {
  private readonly lists: { readonly [slot in Slot]: Digests };

  constructor(
    private readonly entry: ParsedEntry,
    private readonly place: Place,
  ) {
    this.lists = { member: new Digests(entry.event.sd), element: new Digests(entry.event.items), link: new Digests(entry.links) };
  }

  refuse(code: ReasonCode, more: Pick<Finding, 'detail' | 'expected' | 'got'> = {}): never {
    const { event, links } = this.entry;
    // Asked for only now: an entry with a digest twice never comes out even, so nothing of it passes.
    const all = [...event.sd, ...event.items, ...links];
    if (new Set(all).size !== all.length) fail('integrity', { code: 'DISCLOSURE_DUPLICATE', ...this.place, detail: 'one digest stands twice in the entry' });
    fail('integrity', { code, ...this.place, ...more });
  }

  /** `expected`: where it is looked for first. */
  settle(digest: string, expected: Slot = 'member'): Slot {
    let isRepeated = false;
    const order = expected === 'link' ? LINKS_FIRST : SLOTS;
    for (const slot of order) {
      const settled = this.lists[slot].settle(digest);
      if (settled === true) return slot;
      isRepeated ||= settled === false;
    }
    return this.refuse(isRepeated ? 'DISCLOSURE_DUPLICATE' : 'DISCLOSURE_UNREFERENCED');
  }

  finish(): void {
    const { member, element, link } = this.lists;
    const open = member.open + element.open + link.open;
    if (open === 0) return;
    const { event, links } = this.entry;
    const total = event.sd.length + event.items.length + links.length;
    this.refuse('DISCLOSURE_MISSING', { expected: String(total), got: String(total - open) });
  }
}

/** Every digest of the entry exactly once (RFC 9901 section 7.1). */
export function checkRecord(entry: ParsedEntry, record: DisclosureRecord, place: Place): OpenedRecord {
  const account = new Account(entry, place);
  const names = new Set<string>();
  const members: HiddenMember[] = [];
  const links: LinkDisclosure[] = [];
  const plain = openPlainDisclosures(record.disclosed.concat(record.links), record.disclosed.length);
  for (const [i, text] of record.disclosed.entries()) {
    const slot = account.settle(digestDisclosure(text));
    const disclosure = plain[i] ?? readDisclosure(text, place);
    if (disclosure.form !== slot || slot === 'link') account.refuse('DISCLOSURE_MISPLACED');
    if (disclosure.form !== 'member') continue;
    if (CLEAR_NAMES.has(disclosure.name) || names.has(disclosure.name)) account.refuse('DISCLOSURE_MISPLACED', { detail: 'its name is taken in this event' });
    names.add(disclosure.name);
    members.push(disclosure);
  }
  for (const [i, text] of record.links.entries()) {
    const digest = digestDisclosure(text);
    const slot = account.settle(digest, 'link');
    const disclosure = plain[record.disclosed.length + i] ?? readDisclosure(text, place);
    if (slot !== 'link' || disclosure.form !== 'link') return account.refuse('DISCLOSURE_MISPLACED');
    const { form, salt, stream, n, prev } = disclosure;
    links.push({ form, salt, stream, n, prev, digest });
  }
  for (const reason of WITHHELD_REASONS) for (const digest of record.withheld[reason] ?? []) account.settle(digest);
  // Places in streams and subjects of bulk events are structural: no erasure takes them away.
  for (const digests of Object.values(record.erased ?? {})) for (const digest of digests) if (account.settle(digest) !== 'member') account.refuse('DISCLOSURE_MISPLACED');
  account.finish();
  return { links, members };
}

/** An entry has one place in a stream, so it links into each at most once. */
export function assertDistinct(links: readonly LinkDisclosure[], place: Place): void {
  const seen = links.length > SHORT_LIST ? new Set<string>() : null;
  links.forEach(({ stream }, at) => {
    const isRepeated = seen === null ? standsBefore(links, at, stream) : seen.size === seen.add(stream).size;
    if (isRepeated) fail('integrity', { code: 'LINK_DUPLICATE', ...place, got: stream });
  });
}

function standsBefore(links: readonly LinkDisclosure[], at: number, stream: string): boolean {
  for (let i = 0; i < at; i += 1) if (links[i]?.stream === stream) return true;
  return false;
}

function readDisclosure(text: string, place: Place): Disclosure {
  try {
    return parseDisclosure(text);
  } catch (error) {
    if (error instanceof FormatError) fail('integrity', { code: error.code, ...place, detail: error.message });
    throw error;
  }
}
