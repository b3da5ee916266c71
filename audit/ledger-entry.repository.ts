/**
 * Entries as one actor may see them: row-level security decides, this asks only for streams of his. A page is keyed by the
 * ledger index, never by the place in a stream, which would count entries he may not see.
 */
import type { RoomContext } from '../kernel/context';
import { OPEN_RIGHT } from '../kernel/row-scope';
import type { Transaction } from '../kernel/transaction';
import { InputError } from '../schema/input-error';
import type { Page, SortKey } from '../schema/page';
import type { StreamName } from '../schema/vocabulary';
import { boundsOfPeriod, type EntryQuestion } from './entry-filter.type';
import { ENTRY_COLUMNS, toEntry, type EntryRow, type HashedEntry } from './reader/stored-entries';

/** An entry with the streams its reader came through: what is revealed to them is shown. */
export interface SeenEntry extends HashedEntry {
  readonly scope: ReadonlySet<StreamName>;
}

type Direction = 'asc' | 'desc';

/** Another stream that the entry must stand in, by the parameter that names it. */
const NAMES_PARTY = (index: string, parameter: string): string => ` and exists (select 1 from entry named where named.index = ${index} and links_name(named.links, ${parameter}))`;

/** Places in a stream itself, after $2 and up to $3. The bounds are found by position, so that a page far into a long stream costs what the first one costs. */
const IN_STREAM = (direction: Direction, after: string, condition: string): string => `select s.index from stream_entry s
    where s.stream = asked.stream and s.n > stream_position(asked.stream, ${after}) and s.n <= stream_position(asked.stream, $3)${condition}
    order by s.n ${direction} limit $4`;

/** Places of the types that begin with one of $5: from the index as far as it reaches, from the stream beyond. */
const OF_TYPES = (direction: Direction, party: (index: string) => string): string => `(select p.index from place_types(asked.stream, $5) kind(type) cross join lateral (
      select p.index from entry_place p where p.stream = asked.stream and p.type = kind.type and p.index > $2 and p.index <= $3${party('p.index')}
      order by p.index ${direction} limit $4
    ) p)
    union all
    (${IN_STREAM(direction, 'greatest($2, places_until(asked.stream) - 1)', ` and exists (select 1 from entry typed where typed.index = s.index and is_of_types(entry_type(typed.bytes), $5))${party('s.index')}`)})`;

function pageStatement(direction: Direction, byTypes: boolean, byParty: boolean): string {
  const party = (index: string): string => (byParty ? NAMES_PARTY(index, byTypes ? '$6' : '$5') : '');
  const places = byTypes ? OF_TYPES(direction, party) : IN_STREAM(direction, '$2', party('s.index'));
  return `with place as (select distinct picked.index from unnest($1::text[]) asked(stream) cross join lateral (
    ${places}
  ) picked order by picked.index ${direction} limit $4)
  select ${ENTRY_COLUMNS} from place join entry on entry.index = place.index order by entry.index ${direction}`;
}

function indexOf(key: SortKey | null, argument: 'after' | 'before', otherwise: number): number {
  if (key === null) return otherwise;
  const [index] = key;
  if (key.length !== 1 || typeof index !== 'number' || !Number.isSafeInteger(index)) throw new InputError(argument, 'This is not a cursor of this list.');
  return index;
}

/** The streams that hold what the actor may see at all. */
export async function ownStreams(transaction: Transaction, context: RoomContext): Promise<StreamName[]> {
  const { audience, org, sub } = context.actor;
  switch (audience) {
    case 'INTERNAL':
      return [`creditor:${org}`];
    case 'REGULATOR':
      return (await mandatedCreditors(transaction, org)).map((id): StreamName => `creditor:${id}`);
    case 'BORROWER': {
      const rows = await transaction.prepared<{ id: string }>('own_borrowers', 'select borrower_id as id from standing_person where person_id = $1', [sub]);
      return rows.map(({ id }): StreamName => `borrower:${id}`);
    }
    case 'PARTNER':
      return [`agency:${org}`];
  }
}

/** Creditors over which the regulator holds a mandate now. */
export async function mandatedCreditors(transaction: Transaction, regulatorId: string): Promise<string[]> {
  const rows = await transaction.prepared<{ id: string }>(
    'mandated_creditors',
    `select distinct r.creditor_id as id from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and ${OPEN_RIGHT}`,
    [regulatorId],
  );
  return rows.map(({ id }) => id);
}

const LENGTHS = `select (select coalesce(sum(stream_position(own, $3)), 0) from unnest($1::text[]) own)::float8 as asked, stream_position($2, $3)::float8 as party`;

interface Streams {
  readonly streams: readonly StreamName[];
  readonly party: StreamName | null;
}

/** Of two streams that an entry must stand in, the shorter one is read. Where several are the reader's own, row scope holds him to them. */
async function shorterFirst(transaction: Transaction, streams: readonly StreamName[], party: StreamName | null): Promise<Streams> {
  if (party === null) return { streams, party };
  const [lengths] = await transaction.prepared<{ asked: number; party: number }>('stream_lengths', LENGTHS, [streams, party, Number.MAX_SAFE_INTEGER]);
  if (lengths === undefined || lengths.asked <= lengths.party) return { streams, party };
  return { streams: [party], party: streams.length === 1 ? (streams[0] as StreamName) : null };
}

/** A page of the entries that are asked for, in the order of the log; at most `page.take`, as `connectionFrom` wants them. */
export async function readEntryPage(context: RoomContext, asked: EntryQuestion, page: Page): Promise<SeenEntry[]> {
  const transaction = await context.read();
  const { streams, party } = await shorterFirst(transaction, asked.stream === null ? await ownStreams(transaction, context) : [asked.stream], asked.party);
  const direction = page.forward ? 'asc' : 'desc';
  const [afterPeriod, beforePeriod] = await boundsOfPeriod(transaction, asked);
  const after = Math.max(indexOf(page.after, 'after', -1), afterPeriod);
  const before = Math.min(indexOf(page.before, 'before', Number.MAX_SAFE_INTEGER), beforePeriod);
  const { types } = asked;
  const shape = [direction, ...(types === null ? [] : ['types']), ...(party === null ? [] : ['party'])].join('_');
  const values = [streams, after, before - 1, page.take, ...(types === null ? [] : [types]), ...(party === null ? [] : [party])];
  const rows = await transaction.prepared<EntryRow>(`entry_page_${shape}`, pageStatement(direction, types !== null, party !== null), values);
  const scope = await scopeOf(context, asked.stream);
  return rows.map((row) => ({ ...toEntry(row), scope }));
}

/** The actor's own streams and the one he came through, read once per request. */
async function scopeOf(context: RoomContext, asked: StreamName | null): Promise<ReadonlySet<StreamName>> {
  const own = await context.loader('ledger.ownStreams', async (transaction, keys: readonly string[]) => {
    const streams = await ownStreams(transaction, context);
    return keys.map(() => streams);
  }).load('own');
  return new Set(asked === null ? own : [...own, asked]);
}

/** One entry by its event id or index; null for absent and out of scope alike, by one statement. */
export async function findEntry(context: RoomContext, column: 'idempotency_key' | 'index', value: string | number): Promise<SeenEntry | null> {
  const transaction = await context.read();
  const rows = await transaction.prepared<EntryRow>(`entry_by_${column}`, `select ${ENTRY_COLUMNS} from entry where ${column} = $1`, [value]);
  const [row] = rows;
  return row === undefined ? null : { ...toEntry(row), scope: await scopeOf(context, null) };
}
