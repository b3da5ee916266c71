/**
 * Salted commitments: RFC 9901 disclosures and their digests. A digest stands in the entry for ever; the disclosure is
 * kept beside it, shown, withheld or destroyed. Reads strictly: one spelling per disclosure, so nothing has two meanings.
 */
import { hash, randomFillSync } from 'node:crypto';
import { canonicalize, canonicalString, decodeUtf8, parseCanonicalText, type JsonValue } from './canonical';
import { FormatError } from './format-error';

/** A disclosure string and the digest that hides it. */
export interface Commitment {
  readonly text: string;
  readonly digest: string;
}

/**
 * member: `[salt,name,value]`, a digest in `_sd`. element: `[salt,value]`, a digest in an array. link: `[salt,stream,n,prev]`.
 */
export type Disclosure =
  | { readonly form: 'member'; readonly salt: string; readonly name: string; readonly value: JsonValue }
  | { readonly form: 'element'; readonly salt: string; readonly value: JsonValue }
  | { readonly form: 'link'; readonly salt: string; readonly stream: string; readonly n: number; readonly prev: string };

/** base64url without padding of 32 bytes; the last character has two unused bits, which must be zero. */
const DIGEST = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
/** base64url without padding of 16 bytes. */
const SALT = /^[A-Za-z0-9_-]{21}[AQgw]$/;
/** A stream is `kind:id`. */
const STREAM = /^[a-z]+:[\x21-\x7e]{1,120}$/;
/** Hidden names are identifiers: this also excludes `_sd` and `...`, which RFC 9901 section 4.2.1 forbids. */
const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text);
}

export function isStream(text: unknown): text is string {
  return typeof text === 'string' && STREAM.test(text);
}

/** Salts are drawn from a pool refilled 1,024 at a time: one call into the kernel's generator costs more than the hash. */
const SALT_BYTES = 16;
const pool = Buffer.alloc(SALT_BYTES * 1024);
let drawn = pool.length;

/** 128 random bits as 22 base64url characters. */
export function newSalt(): string {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const salt = pool.toString('base64url', drawn, drawn + SALT_BYTES);
  // A salt that stayed in memory would let a memory dump open commitments made long ago.
  pool.fill(0, drawn, drawn + SALT_BYTES);
  drawn += SALT_BYTES;
  return salt;
}

/** RFC 9901 section 4.2.3: the hash is over the disclosure string as issued, never over its JSON. */
export function digestDisclosure(text: string): string {
  return hash('sha256', text, 'base64url');
}

function commit(json: string): Commitment {
  const text = Buffer.from(json, 'utf8').toString('base64url');
  return { text, digest: digestDisclosure(text) };
}

/** Hides a top-level member of an event. */
export function commitMember(name: string, value: unknown, salt: string = newSalt()): Commitment {
  if (!NAME.test(name)) throw new FormatError('DISCLOSURE_MALFORMED', 'a hidden name is not an identifier');
  return commit(`["${salt}","${name}",${typeof value === 'string' ? canonicalString(value) : canonicalize(value)}]`);
}

/** Hides one element of an event's `items`. */
export function commitElement(value: unknown, salt: string = newSalt()): Commitment {
  return commit(`["${salt}",${canonicalize(value)}]`);
}

/** Hides an entry's place in a stream: its number there and the leaf hash of the stream's entry before it. */
export function commitLink(stream: string, n: number, prev: string, salt: string = newSalt()): Commitment {
  if (!isStream(stream)) throw new FormatError('DISCLOSURE_MALFORMED', 'a stream is not named kind:id');
  if (!Number.isSafeInteger(n) || n < 1 || !isDigest(prev)) throw new FormatError('DISCLOSURE_MALFORMED', 'a link needs a number from 1 and a hash');
  return commit(`["${salt}",${canonicalString(stream)},${n},"${prev}"]`);
}

function malformed(message: string): never {
  throw new FormatError('DISCLOSURE_MALFORMED', message);
}

/**
 * The two forms nearly every disclosure has, with a plain ASCII text or a whole number as value. What matches is canonical
 * by construction; an export is verified twice as fast when these are not parsed as JSON.
 */
const PLAIN_MEMBER = /\["([A-Za-z0-9_-]{21}[AQgw])","([A-Za-z][A-Za-z0-9]{0,63})",(?:"([\x20\x21\x23-\x5b\x5d-\x7e]*)"|(0|-?[1-9][0-9]{0,14}))\]/y;
const PLAIN_LINK = /\["([A-Za-z0-9_-]{21}[AQgw])","([a-z]+:[\x21\x23-\x5b\x5d-\x7e]{1,120})",([1-9][0-9]{0,14}),"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])"\]/y;

/** The disclosure that stands in a text from one place to another; what it most likely is, is looked for first. */
function readPlain(json: string, from: number, to: number, likely: 'member' | 'link' = 'member'): Disclosure | null {
  return likely === 'member' ? (readPlainMember(json, from, to) ?? readPlainLink(json, from, to)) : (readPlainLink(json, from, to) ?? readPlainMember(json, from, to));
}

function readPlainMember(json: string, from: number, to: number): Disclosure | null {
  PLAIN_MEMBER.lastIndex = from;
  const member = PLAIN_MEMBER.exec(json);
  if (member === null || PLAIN_MEMBER.lastIndex !== to) return null;
  return { form: 'member', salt: member[1] as string, name: member[2] as string, value: member[3] ?? Number(member[4]) };
}

function readPlainLink(json: string, from: number, to: number): Disclosure | null {
  PLAIN_LINK.lastIndex = from;
  const link = PLAIN_LINK.exec(json);
  if (link === null || PLAIN_LINK.lastIndex !== to) return null;
  return { form: 'link', salt: link[1] as string, stream: link[2] as string, n: Number(link[3]), prev: link[4] as string };
}

/** By the length of a disclosure string modulo 4: what makes it a whole number of groups. Each stands for bits that are 0. */
const GROUP_FILLERS = ['', '', 'AA', 'A'] as const;

const FILLS = '\0\0';

/**
 * Opens many at once, because decoding each costs several times as much: null for those that are not plain, which
 * parseDisclosure decides. One spelling holds here as there: bits that a string leaves unused would not be 0 in the fill.
 * `firstLink`: from where on they most likely are links.
 */
export function openPlainDisclosures(texts: readonly string[], firstLink = texts.length): (Disclosure | null)[] {
  let joined = '';
  for (const text of texts) joined += text + (GROUP_FILLERS[text.length % 4] as string);
  const bytes = Buffer.from(joined, 'base64url');
  if (bytes.toString('base64url') !== joined) return texts.map(() => null);
  const json = bytes.toString('latin1');
  let from = 0;
  return texts.map(({ length }, at) => {
    const to = from + Math.floor((length * 3) / 4);
    const next = from + Math.ceil(length / 4) * 3;
    // A length of 4k + 1 is no base64url, and what follows the content has to be the fill.
    const isWhole = length > 0 && length % 4 !== 1 && FILLS.startsWith(json.slice(to, next));
    const disclosure = isWhole ? readPlain(json, from, to, at < firstLink ? 'member' : 'link') : null;
    from = next;
    return disclosure;
  });
}

/** The content of a disclosure string. */
export function parseDisclosure(text: string): Disclosure {
  const bytes = Buffer.from(text, 'base64url');
  // Strict by comparison: padding, other characters, and unused bits of the last one would give one disclosure several
  // spellings, each with its own digest.
  if (bytes.length === 0 || bytes.toString('base64url') !== text) malformed('a disclosure is not canonical base64url without padding');
  return readPlain(bytes.toString('latin1'), 0, bytes.length) ?? readParts(parseCanonicalText(decodeUtf8(bytes)));
}

function readParts(parts: JsonValue): Disclosure {
  if (!Array.isArray(parts)) return malformed('a disclosure is not an array');
  const [salt, second, third, fourth] = parts as readonly JsonValue[];
  if (typeof salt !== 'string' || !SALT.test(salt)) return malformed('a salt is not 128 bits of base64url');
  switch (parts.length) {
    case 2:
      return { form: 'element', salt, value: second as JsonValue };
    case 3:
      if (typeof second !== 'string' || !NAME.test(second)) return malformed('a hidden name is not an identifier');
      return { form: 'member', salt, name: second, value: third as JsonValue };
    case 4:
      if (!isStream(second)) return malformed('a link names no stream');
      if (typeof third !== 'number' || !Number.isSafeInteger(third) || third < 1) return malformed('a link has no number from 1');
      if (!isDigest(fourth)) return malformed('a link has no hash');
      return { form: 'link', salt, stream: second, n: third, prev: fourth };
    default:
      return malformed('a disclosure has not two, three or four parts');
  }
}
