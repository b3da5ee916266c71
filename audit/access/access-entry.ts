/**
 * Reads from a checked entry what matters for access: facts, hidden ids and subjects as far as the export shows them. Knows no
 * rule; a member that is not shown is simply not there.
 */
import type { JsonValue } from '../log/canonical';
import { parseDisclosure } from '../log/commitment';
import type { DisclosureRecord } from '../log/disclosure-record';
import type { ParsedEntry } from '../log/entry';

type Members = { readonly [name: string]: JsonValue };

export interface AccessEntry {
  readonly index: number;
  readonly type: string;
  readonly typeVersion: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly audience: string;
  readonly purpose: string | null;
  readonly decision: ParsedEntry['event']['decision'];
  readonly facts: Members;
  /** Hidden members that the export shows. */
  readonly shown: Members;
  /** Hidden elements that the export shows, and how many there are. */
  readonly items: readonly Members[];
  readonly itemCount: number;
}

export function readAccessEntry({ index, recordedAt, event }: ParsedEntry, record: DisclosureRecord): AccessEntry {
  const shown: { [name: string]: JsonValue } = {};
  const items: Members[] = [];
  for (const disclosed of record.disclosed) {
    const disclosure = parseDisclosure(disclosed);
    if (disclosure.form === 'member') shown[disclosure.name] = disclosure.value;
    else if (disclosure.form === 'element' && isMembers(disclosure.value)) items.push(disclosure.value);
  }
  const { type, typeVersion, occurredAt, actor, purpose, decision, facts } = event;
  return { index, type, typeVersion, occurredAt, recordedAt, audience: actor.audience, purpose, decision, facts, shown, items, itemCount: event.items.length };
}

function isMembers(value: JsonValue): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(members: Members, name: string): string | null {
  const value = members[name];
  return typeof value === 'string' ? value : null;
}

export function textsOf(members: Members, name: string): readonly string[] {
  const value = members[name];
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter((item) => typeof item === 'string') : [];
}

/** Invalid texts are no instant. */
export function instantOf(members: Members, name: string): Date | null {
  const text = textOf(members, name);
  const instant = text === null ? null : new Date(text);
  return instant === null || Number.isNaN(instant.getTime()) ? null : instant;
}
