/**
 * The shape of a parsed event, checked member by member: no unknown member, no digest out of order or twice.
 * Knows nothing of what the words mean; which audiences or purposes exist is for the rooms to say.
 */
import type { JsonValue } from './canonical';
import { isDigest } from './commitment';
import { FormatError, type FormatCode } from './format-error';

export interface ParsedEvent {
  readonly v: 1;
  readonly type: string;
  readonly typeVersion: number;
  readonly id: string;
  readonly occurredAt: string;
  readonly actor: { readonly audience: string; readonly method: string };
  readonly purpose: string | null;
  readonly decision: { readonly at: string; readonly index: number; readonly outcome: 'ALLOW' | 'REFUSE'; readonly rulePack: string; readonly rules: readonly string[] } | null;
  readonly operation: { readonly documentHash: string; readonly name: string | null; readonly requestId: string } | null;
  readonly facts: { readonly [name: string]: JsonValue };
  readonly retention: string;
  /** Digests of hidden members, sorted. */
  readonly sd: readonly string[];
  /** Digests of hidden items, sorted. */
  readonly items: readonly string[];
}

export const EVENT_TYPE = /^[a-z]{1,30}\.[A-Z][A-Za-z]{1,59}$/;
export const EVENT_ID = /^event_[0-9a-z]{26}$/;
/** A code word in clear: upper case, so that nobody puts a name there by habit. */
export const CODE = /^[A-Z][A-Z0-9_]{0,39}$/;
const METHOD = /^[a-z]{1,20}$/;
const HEX_256 = /^[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

type Members = { readonly [name: string]: JsonValue };

/** The last calendar day that was found to exist: events come in order, so nearly every check hits it. */
let knownDay = '';

/** RFC 3339 in UTC with exactly three decimals: one spelling per instant, and texts compare like times. */
export function isInstant(text: unknown): text is string {
  if (typeof text !== 'string' || !INSTANT.test(text)) return false;
  const day = text.slice(0, 10);
  if (day === knownDay) return true;
  const start = new Date(`${day}T00:00:00.000Z`);
  if (Number.isNaN(start.getTime()) || start.toISOString().slice(0, 10) !== day) return false;
  knownDay = day;
  return true;
}

function refuse(message: string): never {
  throw new FormatError('EVENT_MALFORMED', message);
}

/** Refuses members beyond `names`; those listed in `optional` may be absent. Counting suffices: names are unique. */
export function isExactly(value: JsonValue | undefined, names: readonly string[], optional: readonly string[] = []): value is Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let present = 0;
  for (const name of names) if (Object.hasOwn(value, name)) present += 1;
  if (present !== names.length) return false;
  for (const name of optional) if (Object.hasOwn(value, name)) present += 1;
  return Object.keys(value).length === present;
}

const REQUIRED = ['actor', 'facts', 'id', 'occurredAt', 'retention', 'type', 'typeVersion', 'v'];
const OPTIONAL = ['_sd', 'decision', 'items', 'operation', 'purpose'];

/** Names a hidden member may not take: it would stand beside a clear one of the same name (RFC 9901 section 7.1). */
export const CLEAR_NAMES: ReadonlySet<string> = new Set([...REQUIRED, ...OPTIONAL]);

export function readEvent(value: JsonValue | undefined): ParsedEvent {
  if (!isExactly(value, REQUIRED, OPTIONAL)) return refuse('an event lacks a member or has an unknown one');
  const { actor, facts, id, occurredAt, purpose, retention, type, typeVersion } = value;
  if (value['v'] !== 1) return refuse('the event format is not version 1');
  if (typeof type !== 'string' || !EVENT_TYPE.test(type)) return refuse('an event type is not room.Name');
  if (typeof typeVersion !== 'number' || !Number.isSafeInteger(typeVersion) || typeVersion < 1) return refuse('typeVersion counts from 1');
  if (typeof id !== 'string' || !EVENT_ID.test(id)) return refuse('an event id is not event_ and 26 characters');
  if (!isInstant(occurredAt)) return refuse('occurredAt is not an instant in UTC with milliseconds');
  if (!isExactly(actor, ['audience', 'method']) || !isCode(actor['audience']) || !isText(actor['method'], METHOD)) return refuse('the actor needs an audience and a method');
  if (!isCode(retention)) return refuse('the retention class is not a code');
  if (purpose !== undefined && !isCode(purpose)) return refuse('the purpose is not a code');
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return refuse('facts is not an object');
  refuseDigestsIn(facts);
  return {
    v: 1,
    type,
    typeVersion,
    id,
    occurredAt,
    actor: { audience: actor['audience'], method: actor['method'] },
    purpose: purpose ?? null,
    decision: readDecision(value['decision']),
    operation: readOperation(value['operation']),
    facts: facts as Members,
    retention,
    sd: value['_sd'] === undefined ? [] : readDigests(value['_sd']),
    items: value['items'] === undefined ? [] : readItems(value['items']),
  };
}

function isText(value: JsonValue | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function isCode(value: JsonValue | undefined): value is string {
  return isText(value, CODE);
}

/** `_sd` and `...` mean digests wherever they stand (RFC 9901 section 7.1): in facts they would be unaccounted ones. */
export function refuseDigestsIn(value: JsonValue): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) refuseDigestsIn(item);
    return;
  }
  const members = value as Members;
  for (const name in members) {
    if (name === '_sd' || name === '...') refuse('facts may not contain _sd or ...');
    refuseDigestsIn(members[name] as JsonValue);
  }
}

function readDecision(value: JsonValue | undefined): ParsedEvent['decision'] {
  if (value === undefined) return null;
  if (!isExactly(value, ['at', 'index', 'outcome', 'rulePack', 'rules'])) return refuse('a decision lacks a member or has an unknown one');
  const { at, index, outcome, rulePack, rules } = value;
  if (!isInstant(at)) return refuse('a decision has no instant');
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < -1) return refuse('a decision names no ledger index');
  if (outcome !== 'ALLOW' && outcome !== 'REFUSE') return refuse('a decision is neither ALLOW nor REFUSE');
  if (typeof rulePack !== 'string' || !Array.isArray(rules)) return refuse('a decision names no rules');
  if (!(rules as readonly JsonValue[]).every((rule) => typeof rule === 'string')) return refuse('a rule id is not a text');
  return { at, index, outcome, rulePack, rules: rules as readonly string[] };
}

function readOperation(value: JsonValue | undefined): ParsedEvent['operation'] {
  if (value === undefined) return null;
  if (!isExactly(value, ['documentHash', 'name', 'requestId'])) return refuse('an operation lacks a member or has an unknown one');
  const { documentHash, name, requestId } = value;
  if (!isText(documentHash, HEX_256)) return refuse('documentHash is not a SHA-256 in hex');
  if ((typeof name !== 'string' && name !== null) || typeof requestId !== 'string') return refuse('an operation has no name or request id');
  return { documentHash, name, requestId };
}

/** A list of digests, sorted, none twice, not empty. */
function readDigests(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return refuse('a list of digests is empty');
  return ascending(value as readonly JsonValue[]);
}

function readItems(value: JsonValue): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return refuse('items is empty');
  return ascending((value as readonly JsonValue[]).map((item) => (isExactly(item, ['...']) ? (item['...'] as JsonValue) : refuse('an item is not a digest'))));
}

/** Strictly ascending, which also excludes duplicates (RFC 9901 section 7.1). */
export function ascending(values: readonly JsonValue[], code: FormatCode = 'EVENT_MALFORMED'): readonly string[] {
  let last = '';
  for (const digest of values) {
    if (!isDigest(digest)) throw new FormatError(code, 'a digest is not 32 bytes of base64url');
    if (digest <= last) throw new FormatError(code, 'digests are not in ascending order');
    last = digest;
  }
  return values as readonly string[];
}
