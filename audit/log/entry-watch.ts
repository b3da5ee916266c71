/** Entries of some types, handed on as they are found to hold, in the order of the log. Whoever watches never changes what is found. */
import type { DisclosureRecord } from './disclosure-record';
import type { ParsedEntry } from './entry';
import type { Manifest } from './manifest';

export interface EntryWatch {
  readonly types: readonly string[];
  /** Before the first entry. */
  begin(manifest: Manifest): void;
  accept(entry: ParsedEntry, record: DisclosureRecord): void;
}
