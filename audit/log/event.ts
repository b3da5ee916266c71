/**
 * Event bytes: what a room says happened, made once at the source and stored verbatim ever after. Values that identify or
 * describe a person stand in them only as digests; this file refuses an event whose shape could hide anything else.
 */
import { canonicalize, canonicalNumber, canonicalString, parseCanonical, type JsonValue } from './canonical';
import { commitElement, commitMember, newSalt } from './commitment';
import { CLEAR_NAMES, CODE, EVENT_ID, EVENT_TYPE, isInstant, readEvent, refuseDigestsIn, type ParsedEvent } from './event-shape';
import { FormatError } from './format-error';
import type { HeldDisclosure } from './held-disclosure';

/** Leaves room in a 65,535-byte entry for the writer's part with MAX_ENTRY_LINKS links. */
export const MAX_EVENT_BYTES = 48_000;

export interface EventActor {
  readonly audience: string;
  readonly method: string;
}

/** What the standing said when a gate decided: `index` is the ledger index the standing was at, -1 before any. */
export interface EventDecision {
  readonly at: string;
  readonly index: number;
  readonly outcome: 'ALLOW' | 'REFUSE';
  readonly rulePack: string;
  readonly rules: readonly string[];
}

/** The GraphQL operation that caused the event. */
export interface EventOperation {
  readonly documentHash: string;
  readonly name: string | null;
  readonly requestId: string;
}

/** Readers of these streams may be shown the value; null = every reader of the entry; [] = followers inside the hub only. */
export type Reveal<Stream extends string> = readonly Stream[] | null;

export interface EventDraft<Stream extends string = string> {
  readonly type: string;
  readonly typeVersion: number;
  readonly id: string;
  readonly occurredAt: string;
  readonly actor: EventActor;
  readonly purpose?: string | null;
  readonly decision?: EventDecision | null;
  readonly operation?: EventOperation | null;
  /** In clear for ever: states, dates, purposes, codes, counts. Never ids of subjects, names or amounts. */
  readonly facts: { readonly [name: string]: JsonValue };
  readonly retention: string;
  /** Hidden ids, never erased. */
  readonly structural?: { readonly [name: string]: { readonly value: JsonValue; readonly reveal: Reveal<Stream> } };
  /** One hidden element per subject of an event about many. */
  readonly items?: readonly { readonly value: JsonValue; readonly reveal: Reveal<Stream> }[];
  /** Hidden values that die with the subject's key. `reveal` defaults to []. */
  readonly personal?: readonly { readonly subject: string; readonly name: string; readonly value: JsonValue; readonly reveal?: Reveal<Stream> }[];
}

/** Personal disclosures carry their plain text here: the caller MUST seal it under the subject's key before storing. */
export interface SealedEvent<Stream extends string = string> {
  readonly bytes: Buffer;
  readonly disclosures: readonly HeldDisclosure<Stream>[];
}

function refuse(message: string): never {
  throw new FormatError('EVENT_MALFORMED', message);
}

/** Canonical event bytes with a fresh commitment for every hidden value. Only tests give another source of salts. */
export function sealEvent<Stream extends string>(draft: EventDraft<Stream>, drawSalt: () => string = newSalt): SealedEvent<Stream> {
  const { members, elements } = hide(draft, drawSalt);
  const bytes = Buffer.from(
    writeEvent(
      draft,
      members.map((held) => held.digest),
      elements.map((held) => held.digest),
    ),
    'utf8',
  );
  if (bytes.length > MAX_EVENT_BYTES) refuse(`an event has ${bytes.length} bytes, at most ${MAX_EVENT_BYTES} are allowed`);
  return { bytes, disclosures: members.concat(elements) };
}

interface Hidden<Stream extends string> {
  readonly members: HeldDisclosure<Stream>[];
  readonly elements: HeldDisclosure<Stream>[];
}

function hide<Stream extends string>(draft: EventDraft<Stream>, drawSalt: () => string): Hidden<Stream> {
  const members: HeldDisclosure<Stream>[] = [];
  const names = new Set<string>();
  const claim = (name: string): string => {
    if (CLEAR_NAMES.has(name) || names.has(name)) refuse('a hidden name is already taken in this event');
    names.add(name);
    return name;
  };
  for (const [name, { value, reveal }] of Object.entries(draft.structural ?? {})) {
    const { text, digest } = commitMember(claim(name), value, drawSalt());
    members.push({ digest, kind: 'structural', reveal, text });
  }
  for (const { subject, name, value, reveal } of draft.personal ?? []) {
    const { text, digest } = commitMember(claim(name), value, drawSalt());
    members.push({ digest, kind: 'personal', reveal: reveal ?? [], text, subject });
  }
  const elements = (draft.items ?? []).map(({ value, reveal }): HeldDisclosure<Stream> => {
    const { text, digest } = commitElement(value, drawSalt());
    return { digest, kind: 'structural', reveal, text };
  });
  return { members, elements };
}

/**
 * The members in RFC 8785 order, written directly: sorting and walking the fixed frame again for every event costs
 * more than everything else here. Every digest list is sorted, so that its order says nothing about its content.
 */
function writeEvent(draft: EventDraft, sd: string[], items: string[]): string {
  const { actor, decision, operation, purpose } = draft;
  if (!EVENT_TYPE.test(draft.type)) refuse('an event type is not room.Name');
  if (!EVENT_ID.test(draft.id)) refuse('an event id is not event_ and 26 characters');
  if (!isInstant(draft.occurredAt)) refuse('occurredAt is not an instant in UTC with milliseconds');
  if (!CODE.test(actor.audience) || !/^[a-z]{1,20}$/.test(actor.method)) refuse('the actor needs an audience and a method');
  if (!CODE.test(draft.retention)) refuse('the retention class is not a code');
  if (purpose != null && !CODE.test(purpose)) refuse('the purpose is not a code');
  refuseDigestsIn(draft.facts);
  if (!Number.isSafeInteger(draft.typeVersion) || draft.typeVersion < 1) refuse('typeVersion counts from 1');
  return (
    '{' +
    (sd.length === 0 ? '' : `"_sd":["${sd.sort().join('","')}"],`) +
    `"actor":{"audience":"${actor.audience}","method":"${actor.method}"},` +
    (decision == null ? '' : `"decision":${canonicalize(pickDecision(decision))},`) +
    `"facts":${canonicalize(draft.facts)},"id":"${draft.id}",` +
    (items.length === 0 ? '' : `"items":[{"...":"${items.sort().join('"},{"...":"')}"}],`) +
    `"occurredAt":"${draft.occurredAt}",` +
    (operation == null ? '' : `"operation":${writeOperation(operation)},`) +
    (purpose == null ? '' : `"purpose":"${purpose}",`) +
    `"retention":"${draft.retention}","type":"${draft.type}","typeVersion":${canonicalNumber(draft.typeVersion)},"v":1}`
  );
}

function pickDecision({ at, index, outcome, rulePack, rules }: EventDecision): EventDecision {
  if (!isInstant(at)) refuse('a decision has no instant');
  if (!Number.isSafeInteger(index) || index < -1) refuse('a decision names no ledger index');
  return { at, index, outcome, rulePack, rules };
}

function writeOperation({ documentHash, name, requestId }: EventOperation): string {
  if (!/^[0-9a-f]{64}$/.test(documentHash)) refuse('documentHash is not a SHA-256 in hex');
  const spelled = name === null ? 'null' : canonicalString(name);
  return `{"documentHash":"${documentHash}","name":${spelled},"requestId":${canonicalString(requestId)}}`;
}

/** The event in bytes that are exactly canonical and exactly of this shape. */
export function parseEvent(bytes: Uint8Array): ParsedEvent {
  if (bytes.length > MAX_EVENT_BYTES) refuse(`an event has more than ${MAX_EVENT_BYTES} bytes`);
  return readEvent(parseCanonical(bytes));
}
