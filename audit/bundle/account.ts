/**
 * Decides which disclosures kept beside an entry an export shows, and why the others are withheld. Shows a value only to
 * readers of a stream it was made for; when in doubt it is withheld.
 */
import type { DisclosureRecord, WithheldReason } from '../log/disclosure-record';
import type { HeldDisclosure } from '../log/held-disclosure';

/** `streams` null: a whole log, for a reader of every stream. */
export function accountFor(index: number, held: readonly HeldDisclosure[], streams: ReadonlySet<string> | null): DisclosureRecord {
  const disclosed: string[] = [];
  const links: string[] = [];
  const withheld: { [reason in WithheldReason]?: string[] } = {};
  for (const value of held) {
    const reason = reasonToWithhold(value, streams);
    if (reason !== null) (withheld[reason] ??= []).push(value.digest);
    else (value.kind === 'link' ? links : disclosed).push(value.text as string);
  }
  // Sorted, so that the order of a list tells nothing about what its digests hide.
  for (const list of [disclosed, links, ...Object.values(withheld)]) list.sort();
  return { index, disclosed, links, withheld };
}

function reasonToWithhold({ reveal, text }: HeldDisclosure, streams: ReadonlySet<string> | null): WithheldReason | null {
  if (text === null) return 'sealed';
  if (reveal === null) return null;
  if (reveal.length === 0) return 'internal';
  return streams === null || reveal.some((stream) => streams.has(stream)) ? null : 'scope';
}
