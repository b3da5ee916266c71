/**
 * Reads an entry that is spelled as nearly all are, straight from its text: fixed frame, plain ASCII in texts, no escapes. It can
 * only say yes, never no: null means that the general reader has to decide. Twice as fast as parsing JSON and writing it again.
 */
import { MAX_DEPTH, readCanonical, type JsonValue } from './canonical';
import type { ParsedEntry } from './entry';
import { isInstant, type ParsedEvent } from './event-shape';

const DIGEST = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]';
const DIGESTS = `"${DIGEST}"(?:,"${DIGEST}")*`;
const ITEM = `\\{"\\.\\.\\.":"${DIGEST}"\\}`;
const CODE = '[A-Z][A-Z0-9_]{0,39}';
const INSTANT = '[0-9T:.Z-]{24}';
/** What a JSON string may hold without any escape. */
const PLAIN = '[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*';
/** Fifteen digits are exact in every reader. */
const COUNT = '[1-9][0-9]{0,14}';

const BEFORE_FACTS = new RegExp(
  `\\{"event":\\{(?:"_sd":\\[(${DIGESTS})\\],)?"actor":\\{"audience":"(${CODE})","method":"([a-z]{1,20})"\\},` +
    `(?:"decision":\\{"at":"(${INSTANT})","index":(-1|0|${COUNT}),"outcome":"(ALLOW|REFUSE)","rulePack":"(${PLAIN})","rules":\\[((?:"${PLAIN}"(?:,"${PLAIN}")*)?)\\]\\},)?"facts":`,
  'y',
);
const AFTER_FACTS = new RegExp(
  `,"id":"(event_[0-9a-z]{26})",(?:"items":\\[(${ITEM}(?:,${ITEM})*)\\],)?"occurredAt":"(${INSTANT})",` +
    `(?:"operation":\\{"documentHash":"([0-9a-f]{64})","name":(?:null|"(${PLAIN})"),"requestId":"(${PLAIN})"\\},)?(?:"purpose":"(${CODE})",)?` +
    `"retention":"(${CODE})","type":"([a-z]{1,30}\\.[A-Z][A-Za-z]{1,59})","typeVersion":(${COUNT}),"v":1\\},` +
    `"index":(0|${COUNT}),"links":\\[((?:${DIGESTS})?)\\],"prev":"(${DIGEST})","recordedAt":"(${INSTANT})","source":"([a-z]{1,30}(?:/direct)?)","sourceSeq":(${COUNT}),"v":1\\}$`,
  'y',
);
/** An object in canonical JSON ends before the first of these that follows it: quotes inside its texts are escaped. */
const FACTS_END = ',"id":"event_';
/** Facts stand in an event in an entry. */
const FACTS_DEPTH = MAX_DEPTH - 2;

const HEAD_LENGTH = '{"event":'.length;
/** What follows the event, without index, links, source and its number. */
const PLAIN_TAIL = ',"index":,"links":[],"prev":"","recordedAt":"","source":"","sourceSeq":,"v":1}'.length + 43 + 24;
const DIGEST_LENGTH = 43;
/** `"…",` */
const LISTED_LENGTH = DIGEST_LENGTH + 3;
/** `{"...":"…"},` */
const ITEM_LENGTH = DIGEST_LENGTH + 11;

type Captures = readonly (string | undefined)[];

/** `bytes` are the text's; the caller has checked their number. */
export function readPlainEntry(text: string, bytes: Buffer): ParsedEntry | null {
  BEFORE_FACTS.lastIndex = 0;
  const before = BEFORE_FACTS.exec(text) as Captures | null;
  if (before === null) return null;
  const start = BEFORE_FACTS.lastIndex;
  const end = text.indexOf(FACTS_END, start);
  if (end < 0) return null;
  AFTER_FACTS.lastIndex = end;
  const after = AFTER_FACTS.exec(text) as Captures | null;
  if (after === null) return null;
  const facts = readFacts(text.slice(start, end));
  if (facts === null) return null;
  const [, id, items, occurredAt, documentHash, name, requestId, purpose, retention, type, typeVersion, index, links, prev, recordedAt, source, sourceSeq] = after;
  if (!isInstant(occurredAt) || !isInstant(recordedAt)) return null;
  const decision = readDecision(before);
  const sd = cutDigests(before[1], LISTED_LENGTH, 1);
  const hidden = cutDigests(items, ITEM_LENGTH, 8);
  const linked = cutDigests(links, LISTED_LENGTH, 1);
  if (decision === undefined || sd === null || hidden === null || linked === null) return null;
  const operation = documentHash === undefined ? null : { documentHash, name: name ?? null, requestId: requestId as string };
  const event: ParsedEvent = {
    v: 1,
    type: type as string,
    typeVersion: Number(typeVersion),
    id: id as string,
    occurredAt,
    actor: { audience: before[2] as string, method: before[3] as string },
    purpose: purpose ?? null,
    decision,
    operation,
    facts,
    retention: retention as string,
    sd,
    items: hidden,
  };
  // Everything after the event is ASCII, so lengths in characters are lengths in bytes.
  const tail = PLAIN_TAIL + [index, links, source, sourceSeq].reduce((sum, part) => sum + (part as string).length, 0);
  const eventBytes = bytes.subarray(HEAD_LENGTH, bytes.length - tail);
  return { v: 1, index: Number(index), prev: prev as string, recordedAt, source: source as string, sourceSeq: Number(sourceSeq), links: linked, event, eventBytes };
}

function readFacts(text: string): ParsedEvent['facts'] | null {
  // Names that would be digests in facts are for the general reader to refuse.
  if (text.includes('"_sd"') || text.includes('"..."')) return null;
  const facts = readCanonical(text, FACTS_DEPTH);
  return typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? (facts as { readonly [name: string]: JsonValue }) : null;
}

function readDecision([, , , , at, index, outcome, rulePack, rules]: Captures): ParsedEvent['decision'] | undefined {
  if (at === undefined) return null;
  if (!isInstant(at) || rulePack === undefined || rules === undefined) return undefined;
  return { at, index: Number(index), outcome: outcome as 'ALLOW' | 'REFUSE', rulePack, rules: rules === '' ? [] : rules.slice(1, -1).split('","') };
}

/** Strictly ascending, or null. */
function cutDigests(list: string | undefined, length: number, offset: number): string[] | null {
  const digests: string[] = [];
  if (list === undefined) return digests;
  let last = '';
  for (let at = offset; at < list.length; at += length) {
    const digest = list.slice(at, at + DIGEST_LENGTH);
    if (digest <= last) return null;
    digests.push(digest);
    last = digest;
  }
  return digests;
}
