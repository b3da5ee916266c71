/**
 * Decides which disclosures kept beside an entry an export shows, why the others are withheld, and which were erased by whom. Shows a value only to
 * readers of a stream it was made for; when in doubt it is withheld.
 */
import { parseDisclosure } from '../log/commitment';
import type { DisclosureRecord, WithheldReason } from '../log/disclosure-record';
import { SUBJECT_MEMBER } from '../log/erasure-check';
import type { HeldDisclosure } from '../log/held-disclosure';

const NOBODY: ReadonlyMap<string, number> = new Map();

/** `streams` null: a whole log, for a reader of every stream. `erasedBy`: by which entry a subject of these values was erased. */
export function accountFor(index: number, held: readonly HeldDisclosure[], streams: ReadonlySet<string> | null, erasedBy: ReadonlyMap<string, number> = NOBODY): DisclosureRecord {
  const disclosed: string[] = [];
  const links: string[] = [];
  const withheld: { [reason in WithheldReason]?: string[] } = {};
  const closed: HeldDisclosure[] = [];
  for (const value of held) {
    const reason = reasonToWithhold(value, streams);
    if (reason === 'sealed' && value.subject !== undefined && erasedBy.has(value.subject)) closed.push(value);
    else if (reason !== null) (withheld[reason] ??= []).push(value.digest);
    else (value.kind === 'link' ? links : disclosed).push(value.text as string);
  }
  const erased: { [index: string]: string[] } = {};
  const shown = closed.length === 0 ? [] : disclosed.flatMap(subjectsIn);
  for (const { digest, subject = '' } of closed) {
    // Who is erased has to be shown beside it, or a verifier could not tell that it was him.
    if (shown.includes(subject)) (erased[String(erasedBy.get(subject))] ??= []).push(digest);
    else (withheld.sealed ??= []).push(digest);
  }
  // Sorted, so that the order of a list tells nothing about what its digests hide.
  for (const list of [disclosed, links, ...Object.values(withheld), ...Object.values(erased)]) list.sort();
  return { index, disclosed, links, withheld, ...(Object.keys(erased).length === 0 ? {} : { erased }) };
}

function subjectsIn(text: string): string[] {
  const disclosure = parseDisclosure(text);
  return disclosure.form === 'member' && disclosure.name === SUBJECT_MEMBER && typeof disclosure.value === 'string' ? [disclosure.value] : [];
}

function reasonToWithhold({ reveal, text }: HeldDisclosure, streams: ReadonlySet<string> | null): WithheldReason | null {
  if (text === null) return 'sealed';
  if (reveal === null) return null;
  if (reveal.length === 0) return 'internal';
  return streams === null || reveal.some((stream) => streams.has(stream)) ? null : 'scope';
}
