/**
 * The heads that a run of entries leaves behind: for each stream they touch, the link and leaf hash of its last entry among
 * them, from what is stored beside their bytes.
 */
import { digestDisclosure } from '../log/commitment';
import { headValue, streamKey, type HeadLeaf } from '../log/heads-tree';
import type { RecentEntry } from './recent-entries';
import type { Statements } from './stored-entries';
import { decodeLinks, parseLink } from './stored-links';

const LINKS = 'select leaf_hash, links from entry where index >= $1 and index < $2 order by index';

/** As leaves of the tree of stream heads, each stream once. */
export async function readHeads(database: Statements, from: number, until: number): Promise<HeadLeaf[]> {
  if (from >= until) return [];
  const { rows } = await database.query<{ leaf_hash: Buffer; links: Buffer }>({ name: 'heads_links', text: LINKS, values: [from, until] });
  if (rows.length !== until - from) throw new Error(`${until - from} entries were to be read for the stream heads, not ${rows.length}`);
  const last = new Map<string, { readonly link: string; readonly leaf: Buffer }>();
  for (const { leaf_hash: leaf, links } of rows) for (const link of decodeLinks(links)) last.set(parseLink(link).stream, { link, leaf });
  return [...last].map(([stream, { link, leaf }]) => headLeafOf(stream, link, leaf));
}

/** The same from entries still in memory: their links need not be read, parsed and hashed again, which was most of the work. */
export function headsOf(entries: readonly RecentEntry[]): HeadLeaf[] {
  const last = new Map<string, { readonly digest: string; readonly leaf: Buffer }>();
  for (const { leafHash: leaf, disclosures } of entries) {
    for (const { kind, digest, reveal } of disclosures) {
      if (kind !== 'link') continue;
      const [stream] = reveal ?? [];
      if (stream === undefined) throw new Error('a link in memory does not say its stream');
      last.set(stream, { digest, leaf });
    }
  }
  return [...last].map(([stream, { digest, leaf }]) => headLeaf(stream, digest, leaf));
}

export function headLeafOf(stream: string, link: string, leaf: Buffer): HeadLeaf {
  return headLeaf(stream, digestDisclosure(link), leaf);
}

function headLeaf(stream: string, linkDigest: string, leaf: Buffer): HeadLeaf {
  return { key: streamKey(stream), value: headValue(linkDigest, leaf.toString('base64url')) };
}
