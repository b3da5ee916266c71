/** Entries as they are shown. Everything a reader needs to check them himself is among the fields. */
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { connectionOf } from '../schema/connection';
import { Instant } from '../schema/instant';
import { Node } from '../schema/node';
import type { SeenEntry } from './ledger-entry.repository';
import { accountFor } from './bundle/account';
import { canonicalize } from './log/canonical';
import { digestDisclosure, parseDisclosure } from './log/commitment';
import { parseEntry } from './log/entry';

@ObjectType('EntryDecision', { description: 'What a rule decided, on which standing and when.' })
@Audience(...EVERY_AUDIENCE)
export class EntryDecision {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: '`ALLOW` or `REFUSE`.' })
  outcome!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The dated set of rules that decided.' })
  rulePack!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => [String], { description: 'The ids of the rules that decided.' })
  rules!: readonly string[];

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'The ledger index the decision stood on; -1 when no entry was known yet.' })
  index!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'The instant it was decided at.' })
  at!: Date;
}

@ObjectType('RevealedValue', { description: 'A value that stands in the entry only as a digest, shown to you.' })
@Audience(...EVERY_AUDIENCE)
export class RevealedValue {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The digest in the entry: base64url of the SHA-256 of `disclosure`.' })
  digest!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { nullable: true, description: 'What the value is called; null for an element of a list and for a link.' })
  name!: string | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The value as canonical JSON.' })
  value!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The disclosure string of RFC 9901, over which the digest is.' })
  disclosure!: string;
}

@ObjectType('LedgerEntry', { implements: Node, description: 'One event with its place in the ledger.' })
@Directive('@key(fields: "id")')
@Audience(...EVERY_AUDIENCE)
export class LedgerEntry implements Node {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => ID, { description: 'The id of the event.' })
  id!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'Its place in the ledger, from 0.' })
  index!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'What happened, e.g. `debts.PlacementAccepted`.' })
  type!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'The version of the shape of this type of event.' })
  typeVersion!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'When it happened, as its source says.' })
  occurredAt!: Date;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'When the ledger took it in, by its own clock; never earlier than the entry before.' })
  recordedAt!: Date;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The room that said it; with `/direct` when it was recorded before an answer was released.' })
  source!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The audience of who caused it; `SYSTEM` for the hub itself.' })
  actorAudience!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { nullable: true, description: 'The purpose that was named.' })
  purpose!: string | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => EntryDecision, { nullable: true, description: 'The decision it rests on, where a rule decided.' })
  decision!: EntryDecision | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'What stands in clear: states, dates, codes, counts; as canonical JSON.' })
  facts!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => [RevealedValue], { description: 'The hidden values that are shown to you.' })
  revealed!: readonly RevealedValue[];

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'How many hidden values are not shown to you.' })
  withheld!: number;

  /** Whose key its sealed values need; null when it has none. Not a field of the schema. */
  sealedSubject!: string | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The leaf hash, in base64: SHA-256 of a zero byte and `bytes`.' })
  leafHash!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The bytes of the entry, verbatim, in base64.' })
  bytes!: string;
}

export const LedgerEntryConnection = connectionOf('LedgerEntry', () => LedgerEntry, EVERY_AUDIENCE);

function revealedOf(text: string): RevealedValue {
  const disclosure = parseDisclosure(text);
  const value = disclosure.form === 'link' ? { stream: disclosure.stream } : disclosure.value;
  return { digest: digestDisclosure(text), name: disclosure.form === 'member' ? disclosure.name : null, value: canonicalize(value), disclosure: text };
}

export function toLedgerEntry(seen: SeenEntry): LedgerEntry {
  const { event, recordedAt, source } = parseEntry(seen.bytes);
  const { disclosed, links, withheld } = accountFor(seen.index, seen.disclosures, seen.scope);
  return {
    id: event.id,
    index: seen.index,
    type: event.type,
    typeVersion: event.typeVersion,
    occurredAt: new Date(event.occurredAt),
    recordedAt: new Date(recordedAt),
    source,
    actorAudience: event.actor.audience,
    purpose: event.purpose,
    decision: event.decision === null ? null : { ...event.decision, at: new Date(event.decision.at) },
    facts: canonicalize(event.facts),
    revealed: [...disclosed, ...links].map(revealedOf),
    withheld: Object.values(withheld).flat().length,
    sealedSubject: seen.disclosures.find(({ kind }) => kind === 'personal')?.subject ?? null,
    leafHash: seen.leafHash.toString('base64'),
    bytes: seen.bytes.toString('base64'),
  };
}
