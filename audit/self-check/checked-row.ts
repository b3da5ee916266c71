/**
 * What one stored entry must be, given the one before it: its bytes, its columns and everything kept beside it re-derived.
 * Pure. The first difference is thrown, named by table, place and both values.
 */
import type { HeldDisclosure } from '../../kernel/ledger';
import { digestDisclosure } from '../log/commitment';
import { parseEntry, type ParsedEntry } from '../log/entry';
import { FormatError } from '../log/format-error';
import { leafHash } from '../log/tree';
import { decodeLinks, parseLink, type Link } from '../reader/stored-links';

export interface Difference {
  readonly table: 'head' | 'entry' | 'stream_entry' | 'tile' | 'checkpoint' | 'cosignature' | 'checkpoint_timestamp' | 'heads' | 'heads_page' | 'signing_key';
  /** Which promise does not hold. */
  readonly check: string;
  /** Where, e.g. `index 17` or `level 0 tile 3`. */
  readonly at: string;
  readonly expected: string;
  readonly got: string;
}

export class DifferenceFound extends Error {
  constructor(readonly difference: Difference) {
    super(`${difference.table}: ${difference.check} at ${difference.at}`);
    this.name = 'DifferenceFound';
  }
}

export function differ(difference: Difference): never {
  throw new DifferenceFound(difference);
}

export interface CheckedRow {
  readonly index: number;
  readonly bytes: Buffer;
  readonly leaf_hash: Buffer;
  readonly idempotency_key: string;
  readonly source: string;
  readonly source_seq: number;
  readonly disclosures: Buffer;
  readonly links: Buffer;
}

/** What the entries so far say the next one must be. */
export interface Expectation {
  readonly index: number;
  /** base64url. */
  readonly prev: string;
  readonly recordedAt: string;
  /** The last number of each source. */
  readonly sources: ReadonlyMap<string, number>;
}

/** A link and its disclosure string. */
export interface KeptLink extends Link {
  readonly text: string;
}

export interface CheckedEntry {
  readonly entry: ParsedEntry;
  readonly leaf: Buffer;
  readonly links: readonly KeptLink[];
}

export function checkRow(row: CheckedRow, expected: Expectation): CheckedEntry {
  const at = `index ${expected.index}`;
  const same = (check: string, want: string | number, got: string | number): void => {
    if (want !== got) differ({ table: 'entry', check, at, expected: String(want), got: String(got) });
  };
  same('entries are contiguous', expected.index, row.index);
  const entry = reading('the bytes are an entry', at, () => parseEntry(row.bytes));
  const leaf = leafHash(row.bytes);
  same('the leaf hash is that of the bytes', leaf.toString('base64url'), row.leaf_hash.toString('base64url'));
  same('the bytes name their place', expected.index, entry.index);
  same('prev is the leaf hash of the entry before', expected.prev, entry.prev);
  same('the key column is the event id', entry.event.id, row.idempotency_key);
  same('the source column is the one in the bytes', entry.source, row.source);
  same('the number column is the one in the bytes', entry.sourceSeq, row.source_seq);
  same('the numbers of a source have no gap', (expected.sources.get(entry.source) ?? 0) + 1, entry.sourceSeq);
  if (entry.recordedAt < expected.recordedAt) differ({ table: 'entry', check: 'recordedAt does not go back', at, expected: `not before ${expected.recordedAt}`, got: entry.recordedAt });
  checkDisclosures(row, entry, at);
  return { entry, leaf, links: checkLinks(row, entry, at) };
}

function reading<T>(check: string, at: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof SyntaxError)) throw error;
    return differ({ table: 'entry', check, at, expected: 'readable', got: error instanceof FormatError ? error.message : 'no JSON' });
  }
}

/** Erasure takes a key away, never a row: every digest keeps its disclosure, readable or sealed. */
function checkDisclosures(row: CheckedRow, { event }: ParsedEntry, at: string): void {
  const held = reading('the disclosures are readable', at, () => JSON.parse(row.disclosures.toString('utf8')) as HeldDisclosure[]);
  const open = new Set([...event.sd, ...event.items]);
  for (const { digest, text } of held) {
    const known = open.delete(digest);
    if (!known) differ({ table: 'entry', check: 'a disclosure belongs to a digest of the event', at, expected: 'a digest of the event', got: digest });
    const derived = text === null ? digest : digestDisclosure(text);
    if (derived !== digest) differ({ table: 'entry', check: 'a disclosure hashes to its digest', at, expected: digest, got: derived });
  }
  if (open.size > 0) differ({ table: 'entry', check: 'every digest of the event has its disclosure', at, expected: 'none without', got: `${open.size} without` });
}

function checkLinks(row: CheckedRow, entry: ParsedEntry, at: string): KeptLink[] {
  const texts = decodeLinks(row.links);
  const digests = texts.map(digestDisclosure).sort();
  if (digests.join() !== entry.links.join()) differ({ table: 'entry', check: 'the links kept are those of the digests', at, expected: entry.links.join(), got: digests.join() });
  return texts.map((text) => ({ ...reading('a link is readable', at, () => parseLink(text)), text }));
}
