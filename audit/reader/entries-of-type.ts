/** The entries of one type that a room wrote through its outbox, in order: one pass over the stored log. Believes a type only from the bytes. */
import { parseEntry } from '../log/entry';
import { ENTRY_COLUMNS, toEntry, type EntryRow, type HashedEntry, type Statements } from './stored-entries';
import type { HashSource } from './tree-reader';

const ROWS = 512;
/** A first sieve on the bytes; the source spares most rows even that. */
const SIEVE = `entry.source = $1 and position($2::bytea in entry.bytes) > 0`;
const IN_LOG = `select ${ENTRY_COLUMNS} from entry where ${SIEVE} and index >= $3 and index < $4 order by index limit ${ROWS}`;
const IN_STREAMS = `select ${ENTRY_COLUMNS} from stream_entry join entry on entry.index = stream_entry.index where ${SIEVE} and stream_entry.stream = any($3) and entry.index < $4`;

const sieve = (type: string): [string, Buffer] => [type.split('.')[0] as string, Buffer.from(`"type":"${type}"`, 'utf8')];
const isOf = (type: string, { bytes }: HashedEntry): boolean => parseEntry(bytes).event.type === type;

export async function* entriesOfType(database: Statements, type: string, size: number): AsyncGenerator<HashedEntry> {
  for (let from = 0; from < size; ) {
    const { rows } = await database.query<EntryRow>(IN_LOG, [...sieve(type), from, size]);
    for (const row of rows) {
      const entry = toEntry(row);
      if (isOf(type, entry)) yield entry;
    }
    from = rows.length < ROWS ? size : Number((rows.at(-1) as EntryRow).index) + 1;
  }
}

/** Those among them that stand in one of these streams. */
export async function entriesOfTypeIn(database: HashSource, type: string, streams: readonly string[], size: number): Promise<HashedEntry[]> {
  const { rows } = await database.query<EntryRow>(IN_STREAMS, [...sieve(type), [...streams], size]);
  return rows.map(toEntry).filter((entry) => isOf(type, entry));
}
