/** Entries of some types, handed on as they are found to hold, in the order of the log. Whoever watches never changes what is found. */
import type { DisclosureRecord } from './disclosure-record';
import type { ParsedEntry } from './entry';
import type { Manifest } from './manifest';

/** The leaf hash (base64url) of an earlier entry; null of one that the export does not hold, or that shared nothing. */
export type LeafOf = (index: number) => string | null;

export interface EntryWatch {
  readonly types: readonly string[];
  /** Before the first entry. */
  begin(manifest: Manifest): void;
  accept(entry: ParsedEntry, record: DisclosureRecord, leafOf: LeafOf): void;
}

/** Several that watch as one. */
export function watchTogether(watches: readonly EntryWatch[]): EntryWatch {
  return {
    types: [...new Set(watches.flatMap(({ types }) => types))],
    begin: (manifest) => watches.forEach((watch) => watch.begin(manifest)),
    accept: (entry, record, leafOf) => {
      for (const watch of watches) if (watch.types.includes(entry.event.type)) watch.accept(entry, record, leafOf);
    },
  };
}
