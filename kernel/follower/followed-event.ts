/**
 * An entry as a room reads it: the event with its place, and the ids that were kept beside it. Every value is checked against
 * its digest before it is given, so a row altered in the ledger's tables cannot feed a standing table.
 */
import { digestDisclosure, parseDisclosure, type Disclosure } from '../../audit/log/commitment';
import type { Json } from '../event-draft';
import type { StoredEntry } from '../ledger';
import { readEntry } from './read-entry';

export interface FollowedEvent {
  readonly index: number;
  readonly type: string;
  readonly typeVersion: number;
  readonly occurredAt: Date;
  readonly leafHash: Buffer;
  /** The room whose channel it came through. */
  readonly room: string;
  readonly purpose: string | null;
  readonly facts: { readonly [name: string]: Json };
  readonly hidden: { readonly [name: string]: Json };
  readonly items: readonly { readonly [name: string]: Json }[];
  /** The streams it belongs to, its source's included. */
  readonly streams: readonly string[];
  /** The entry's number in a stream it belongs to; throws when it does not. */
  position(stream: string): number;
}

export class FollowerMismatch extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'FollowerMismatch';
  }
}

/** An id that this type of event always has. Throws FollowerMismatch when it is not there. */
export function hiddenId(event: FollowedEvent, name: string): string {
  const value = event.hidden[name];
  if (typeof value !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} lacks ${name}`);
  return value;
}

/** Checked once per stored entry: in one process every room that follows its type is given the same object. */
const known = new WeakMap<StoredEntry, FollowedEvent>();

/** Reads the parts of a stored entry a handler may use. Throws FollowerMismatch on a value that is not what was committed. */
export function readFollowedEvent(entry: StoredEntry): FollowedEvent {
  let event = known.get(entry);
  if (event === undefined) known.set(entry, (event = checkedEvent(entry)));
  return event;
}

function checkedEvent(entry: StoredEntry): FollowedEvent {
  const { entry: parsed, leafHash } = readEntry(entry.bytes);
  const { source, event: body } = parsed;
  const committed = new Set([...body.sd, ...body.items]);
  const hidden: Record<string, Json> = {};
  const items: { readonly [name: string]: Json }[] = [];
  for (const { kind, digest, text } of entry.disclosures) {
    if (text === null || kind === 'link') continue;
    const disclosure = opened(entry, committed, digest, text);
    if (disclosure.form === 'member') hidden[disclosure.name] = disclosure.value;
    else if (disclosure.form === 'element') items.push(disclosure.value as { readonly [name: string]: Json });
  }
  let positions: ReadonlyMap<string, number> | null = null;
  // Most handlers ask for no place, and the links are half of what would have to be hashed.
  const places = (): ReadonlyMap<string, number> => (positions ??= checkedLinks(entry, parsed.links));
  return {
    index: entry.index,
    type: body.type,
    typeVersion: body.typeVersion,
    occurredAt: new Date(body.occurredAt),
    leafHash,
    room: source.split('/')[0]!,
    purpose: body.purpose,
    facts: body.facts,
    hidden,
    items,
    get streams() {
      return [...places().keys()];
    },
    position(stream) {
      const n = places().get(stream);
      if (n === undefined) throw new FollowerMismatch(`entry ${entry.index} has no link to the stream a standing change belongs to`);
      return n;
    },
  };
}

function checkedLinks(entry: StoredEntry, links: readonly string[]): ReadonlyMap<string, number> {
  const committed = new Set(links);
  const positions = new Map<string, number>();
  for (const { kind, digest, text } of entry.disclosures) {
    if (text === null || kind !== 'link') continue;
    const disclosure = opened(entry, committed, digest, text);
    if (disclosure.form === 'link') positions.set(disclosure.stream, disclosure.n);
  }
  return positions;
}

function opened(entry: StoredEntry, committed: ReadonlySet<string>, digest: string, text: string): Disclosure {
  if (digestDisclosure(text) !== digest || !committed.has(digest)) throw new FollowerMismatch(`entry ${entry.index}: a value kept beside it is not the one it commits to`);
  return parseDisclosure(text);
}
