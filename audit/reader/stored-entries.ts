/**
 * Entries as the database holds them, with everything kept beside them. Gives out every disclosure, and to whom each may be shown;
 * whoever shows them decides by that.
 */
import type { ClientBase } from 'pg';
import type { HeldDisclosure, StoredEntry } from '../../kernel/ledger';
import type { StreamName } from '../../schema/vocabulary';
import { decodeLinks, heldLink } from './stored-links';

export type Statements = Pick<ClientBase, 'query'>;

const BY_BORROWER = '"actor":{"audience":"BORROWER",';
const DISCLOSED_V1 = '.DataDisclosed","typeVersion":1,';

export interface EntryRow {
  readonly index: string | number;
  readonly bytes: Buffer;
  readonly leaf_hash: Buffer;
  readonly disclosures: Buffer;
  readonly links: Buffer;
}

export const ENTRY_COLUMNS = 'entry.index, entry.bytes, entry.leaf_hash, entry.disclosures, entry.links';
const RANGE = `select ${ENTRY_COLUMNS} from entry where index >= $1 and index < $2 order by index limit $3`;
const STREAM_RANGE = `select stream_entry.n, ${ENTRY_COLUMNS} from stream_entry join entry on entry.index = stream_entry.index
  where stream_entry.stream = $1 and stream_entry.n >= $2 and stream_entry.n <= $3 order by stream_entry.n limit $4`;

export interface HashedEntry extends StoredEntry {
  readonly leafHash: Buffer;
}

export interface StreamEntry extends HashedEntry {
  readonly n: number;
}

export function toEntry(row: EntryRow): HashedEntry {
  const held = JSON.parse(row.disclosures.toString('utf8')) as HeldDisclosure[];
  const disclosures = namesReader(row.bytes) ? held.map((value) => ({ ...value, reveal: [] })) : held;
  return { index: Number(row.index), bytes: row.bytes, leafHash: row.leaf_hash, disclosures: [...disclosures, ...decodeLinks(row.links).map(heldLink)] };
}

/**
 * A borrower's own read in version 1 of DataDisclosed names the person he is as the right it stood on, and a person links records
 * across creditors. Entries are never edited, so what is shown of these is narrowed where they are read: to nobody. Looked for in
 * the bytes, since every reader of the ledger comes through here; whatever else should hold both texts is merely shown less of.
 */
function namesReader(bytes: Buffer): boolean {
  return bytes.includes(BY_BORROWER) && bytes.includes(DISCLOSED_V1);
}

/** Entries from `from` to `end` - 1, at most `limit` of them. */
export async function readEntries(database: Statements, from: number, end: number, limit: number): Promise<HashedEntry[]> {
  return (await database.query<EntryRow>({ name: 'entries', text: RANGE, values: [from, end, limit] })).rows.map(toEntry);
}

/** Entries `first` to `last` of a stream by their numbers there, at most `limit` of them. */
export async function readStream(database: Statements, stream: StreamName, range: { first: number; last: number; limit: number }): Promise<StreamEntry[]> {
  const { rows } = await database.query<EntryRow & { n: string | number }>({
    name: 'stream_range',
    text: STREAM_RANGE,
    values: [stream, range.first, range.last, range.limit],
  });
  return rows.map((row) => ({ ...toEntry(row), n: Number(row.n) }));
}

/** The number of the stream's last entry below a tree size. */
export async function streamLengthAt(database: Statements, stream: StreamName, size: number): Promise<number> {
  const { rows } = await database.query<{ n: string | number }>('select n from stream_entry where stream = $1 and index < $2 order by n desc limit 1', [stream, size]);
  return Number(rows[0]?.n ?? 0);
}
