/**
 * An entry parsed and hashed once per process, however many followers read it: in one process all rooms are given the same
 * bytes. Both are functions of the bytes alone, which nobody changes, so each follower still checks all that it did.
 */
import { parseEntry, type ParsedEntry } from '../../audit/log/entry';
import { leafHash } from '../../audit/log/tree';

export interface ReadEntry {
  readonly entry: ParsedEntry;
  readonly leafHash: Buffer;
}

/** Held as long as somebody holds the bytes. */
const known = new WeakMap<Buffer, ReadEntry>();

export function readEntry(bytes: Buffer): ReadEntry {
  let read = known.get(bytes);
  if (read === undefined) known.set(bytes, (read = { entry: parseEntry(bytes), leafHash: leafHash(bytes) }));
  return read;
}
