/**
 * Canonical JSON by RFC 8785, written once for writers and verifiers. Refuses every value that two readers could
 * understand differently: undefined, class instances, NaN, lone surrogates, integers beyond 2^53, duplicate keys.
 */
import { FormatError } from './format-error';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Nesting beyond this is refused before anything recurses further: a hostile file must not exhaust the stack. */
export const MAX_DEPTH = 32;

const PLAIN_ASCII = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** What JSON.stringify makes of a lone surrogate; where it stands, the slow path decides. */
const ESCAPED_SURROGATE = '\\ud';

function refuse(message: string): never {
  throw new FormatError('NOT_CANONICAL', message);
}

/** The canonical text of a string, quotes included. */
export function canonicalString(text: string): string {
  if (PLAIN_ASCII.test(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) refuse('a string holds a lone surrogate');
  // ECMAScript's QuoteJSONString is the rule RFC 8785 section 3.2.2.2 points to.
  return JSON.stringify(text);
}

function isExactNumber(value: number): boolean {
  // From 1e21 on the canonical form has an exponent and claims no exact digits; below, plain digits beyond
  // 2^53 would be rounded by the next reader, so such integers have to be strings.
  return Number.isFinite(value) && (Math.abs(value) <= Number.MAX_SAFE_INTEGER || Math.abs(value) >= 1e21);
}

/** The canonical text of a number. */
export function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) refuse('a number is not finite');
  if (!isExactNumber(value)) refuse('an integer is beyond 2^53; write it as a string');
  return String(value);
}

/** RFC 8785 text of a plain JSON value. */
export function canonicalize(value: unknown): string {
  return write(value, MAX_DEPTH);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return canonicalNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === 0) refuse(`nesting deeper than ${MAX_DEPTH}`);
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      return refuse(`a ${typeof value} is not JSON`);
  }
}

function writeArray(value: readonly unknown[], depth: number): string {
  let text = '[';
  for (let i = 0; i < value.length; i += 1) text += (i === 0 ? '' : ',') + write(value[i], depth - 1);
  return text + ']';
}

function writeObject(value: object, depth: number): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse('an object is not a plain one');
  // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what Array.prototype.sort does.
  const names = Object.keys(value).sort();
  let text = '{';
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    text += (i === 0 ? '' : ',') + canonicalString(name) + ':' + write((value as Record<string, unknown>)[name], depth - 1);
  }
  return text + '}';
}

/** UTF-8 to text; refuses invalid sequences instead of replacing them. */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // Every invalid sequence decodes to U+FFFD, so only texts holding one need the comparison.
  if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(buffer)) refuse('the bytes are not valid UTF-8');
  return text;
}

/** The value of bytes that are exactly the canonical form of it; anything else is refused. */
export function parseCanonical(bytes: Uint8Array): JsonValue {
  return parseCanonicalText(decodeUtf8(bytes));
}

/** Like parseCanonical, for text already decoded from valid UTF-8. */
export function parseCanonicalText(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new FormatError('NOT_CANONICAL', `the text is not JSON: ${cause instanceof SyntaxError ? 'syntax' : 'size'}`);
  }
  if (isPlainlyCanonical(value, text, MAX_DEPTH)) return value;
  const expected = canonicalize(value);
  if (expected !== text) refuse(`the text differs from its canonical form at character ${firstDifference(expected, text)}`);
  return value;
}

/** The value of a part of a text, when it is plainly canonical and nested at most so deep; null leaves the decision to parseCanonicalText of the whole. */
export function readCanonical(text: string, depth: number): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isPlainlyCanonical(value, text, depth) ? value : null;
  } catch {
    return null;
  }
}

/** The native serialiser decides the common case in a third of the time; it can only say yes, never no. */
function isPlainlyCanonical(value: JsonValue, text: string, depth: number): boolean {
  return isOrdered(value, depth) && JSON.stringify(value) === text && !text.includes(ESCAPED_SURROGATE);
}

/** Whether names are sorted as RFC 8785 wants and numbers are exact, all the way down. */
function isOrdered(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') return isExactNumber(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) refuse(`nesting deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (!isOrdered(item, depth - 1)) return false;
    return true;
  }
  const members = value as { readonly [name: string]: JsonValue };
  let last: string | undefined;
  for (const name in members) {
    if (last !== undefined && name <= last) return false;
    if (!isOrdered(members[name] as JsonValue, depth - 1)) return false;
    last = name;
  }
  return true;
}

function firstDifference(expected: string, got: string): number {
  let at = 0;
  while (at < expected.length && at < got.length && expected[at] === got[at]) at += 1;
  return at;
}
