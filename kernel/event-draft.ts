/**
 * From what a room wants to say to what the ledger is handed: event bytes with every id committed, personal values sealed
 * under their subject's key. The source makes these bytes exactly once; nobody rebuilds them later.
 */
import type { JsonValue } from '../audit/log/canonical';
import { sealEvent } from '../audit/log/event';
import { newId } from '../schema/ids';
import type { Purpose, StreamName } from '../schema/vocabulary';
import type { Actor } from './actor';
import { HubError } from './errors';
import type { HeldDisclosure, StreamPosition, Submission } from './ledger';
import { seal } from './vault/seal';

export type Json = JsonValue;

/** How long the record of this event must be kept; the periods are rule-pack parameters, the class is in the entry. */
export type RetentionClass = 'SHARE_RECORD' | 'DEBT_RECORD' | 'STANDING' | 'OPERATION';

export interface EventDraft {
  /** `<room>.<Name>`; the writer refuses it from any other room. */
  readonly type: string;
  readonly typeVersion: number;
  readonly retention: RetentionClass;
  /** null: the hub itself (a relay, an import run by the operator). */
  readonly actor: Actor | null;
  readonly occurredAt: Date;
  readonly purpose?: Purpose | null;
  readonly operation?: { readonly name: string | null; readonly documentHash: string; readonly requestId: string };
  readonly decision?: { readonly outcome: 'ALLOW' | 'REFUSE'; readonly rules: readonly string[]; readonly rulePack: string; readonly index: number; readonly at: Date };
  /** In clear for every reader of the entry: states, dates, codes, counts. Never an id, a name or an amount. */
  readonly facts: { readonly [name: string]: Json };
  /** Ids: committed, kept beside the entry, shown to every reader of the entry unless `revealTo` narrows it. */
  readonly hidden: { readonly [name: string]: Json };
  readonly revealTo?: { readonly [name: string]: readonly StreamName[] };
  /** One committed element per subject of a bulk event, each shown only to the streams it names. */
  readonly items?: readonly { readonly value: Json; readonly reveal: readonly StreamName[] }[];
  /** Values that die with the subject's key. */
  readonly personal?: { readonly subject: string; readonly values: { readonly [name: string]: Json } };
  readonly streams: readonly StreamName[];
  readonly expect?: readonly StreamPosition[];
}

/** The binding under which a personal disclosure is sealed: it opens only beside the digest it belongs to. */
export const disclosureBinding = (digest: string): string => `disclosure:${digest}`;

function actorOf(draft: EventDraft): { audience: string; method: string } {
  return draft.actor === null ? { audience: 'SYSTEM', method: 'worker' } : { audience: draft.actor.audience, method: draft.actor.method };
}

/** What goes beside the entry: a personal value only sealed, everything else as it is. */
function keep(value: HeldDisclosure, subjectKey: Buffer | null): HeldDisclosure {
  if (value.kind !== 'personal') return value;
  if (subjectKey === null || value.text === null) throw new HubError('INTERNAL', 'A personal value needs the key of its subject.');
  const sealed = seal(subjectKey, disclosureBinding(value.digest), Buffer.from(value.text, 'utf8')).toString('base64');
  return { ...value, text: null, sealed };
}

/**
 * Who is told which human acted. A borrower acts as a person, who links borrowers across creditors: nobody. An employee: the
 * creditors concerned and their supervisors, and his own employer; an agency or a borrower is told the organisation.
 */
function revealActor({ actor, streams }: EventDraft, name: string): readonly StreamName[] | null {
  if (actor === null || (name !== 'actorSub' && name !== 'actorOrg')) return null;
  if (actor.audience === 'BORROWER') return [];
  if (name === 'actorOrg') return null;
  const own: readonly StreamName[] = actor.audience === 'INTERNAL' ? [`creditor:${actor.org}`] : actor.audience === 'PARTNER' ? [`agency:${actor.org}`] : [];
  return [...new Set([...own, ...streams.filter((stream) => stream.startsWith('creditor:'))])];
}

/** `subjectKey` is the key of `draft.personal.subject`; null when the draft holds nothing personal. */
export function composeSubmission(draft: EventDraft, subjectKey: Buffer | null): Submission {
  const id = newId('event');
  const hidden = draft.actor === null ? draft.hidden : { ...draft.hidden, actorSub: draft.actor.sub, actorOrg: draft.actor.org };
  const { bytes, disclosures } = sealEvent<StreamName>({
    id,
    type: draft.type,
    typeVersion: draft.typeVersion,
    retention: draft.retention,
    occurredAt: draft.occurredAt.toISOString(),
    actor: actorOf(draft),
    facts: draft.facts,
    ...(draft.purpose ? { purpose: draft.purpose } : {}),
    ...(draft.operation ? { operation: draft.operation } : {}),
    ...(draft.decision ? { decision: { ...draft.decision, at: draft.decision.at.toISOString() } } : {}),
    structural: Object.fromEntries(Object.entries(hidden).map(([name, value]) => [name, { value, reveal: draft.revealTo?.[name] ?? revealActor(draft, name) }])),
    items: draft.items ?? [],
    personal: Object.entries(draft.personal?.values ?? {}).map(([name, value]) => ({ subject: draft.personal!.subject, name, value })),
  });
  return {
    idempotencyKey: id,
    event: bytes,
    streams: draft.streams,
    ...(draft.expect ? { expect: draft.expect } : {}),
    disclosures: disclosures.map((value) => keep(value, subjectKey)),
  };
}
