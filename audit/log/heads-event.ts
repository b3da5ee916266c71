/**
 * The event of a heads entry: it commits to the heads of all streams as of the entry before it and belongs to no stream itself.
 * Reads its facts strictly: a heads entry that cannot be read proves nothing.
 */
import { isDigest } from './commitment';
import type { ParsedEntry } from './entry';

export const HEADS_TYPE = 'audit.HeadsCommitted';

export interface HeadsFacts {
  /** base64url, of the tree over the heads of all streams. */
  readonly root: string;
  /** The tree size the heads are those of; the entry's own index. */
  readonly size: number;
  /** How many streams have an entry. */
  readonly streams: number;
}

/** Null unless the entry is a heads entry of exactly this form that speaks of the tree before it. */
export function readHeadsFacts({ event, index, links }: ParsedEntry): HeadsFacts | null {
  const { root, size, streams } = event.facts;
  const isWhole = event.type === HEADS_TYPE && event.typeVersion === 1 && Object.keys(event.facts).length === 3 && links.length === 0;
  if (!isWhole || event.sd.length > 0 || event.items.length > 0) return null;
  if (!isDigest(root) || size !== index || typeof streams !== 'number' || !Number.isSafeInteger(streams) || streams < 0) return null;
  return { root, size, streams };
}
