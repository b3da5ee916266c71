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
import { ENTRY_COLUMNS, toEntry, type EntryRow, type HashedEntry } from './reader/stored-entries';

/** An entry with the streams its reader came through: what is revealed to them is shown. */
export interface SeenEntry extends HashedEntry {
  readonly scope: ReadonlySet<StreamName>;
}

/** The bounds are found by position, so that a page far into a long stream costs what the first one costs. */
const PAGE = (direction: 'asc' | 'desc'): string => `select distinct on (entry.index) ${ENTRY_COLUMNS} from unnest($1::text[]) asked(stream)
  cross join lateral (
    select s.index from stream_entry s
    where s.stream = asked.stream and s.n > stream_position(asked.stream, $2) and s.n <= stream_position(asked.stream, $3)
    order by s.n ${direction} limit $4
  ) place join entry on entry.index = place.index order by entry.index ${direction} limit $4`;

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
      return [];
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

/** A page of the entries in any of `streams`, in the order of the log; at most `page.take`, as `connectionFrom` wants them. */
export async function readEntryPage(transaction: Transaction, streams: readonly StreamName[], page: Page, scope: ReadonlySet<StreamName>): Promise<SeenEntry[]> {
  const direction = page.forward ? 'asc' : 'desc';
  const after = indexOf(page.after, 'after', -1);
  const before = indexOf(page.before, 'before', Number.MAX_SAFE_INTEGER);
  const rows = await transaction.prepared<EntryRow>(`entry_page_${direction}`, PAGE(direction), [streams, after, before - 1, page.take]);
  return rows.map((row) => ({ ...toEntry(row), scope }));
}

/** The actor's own streams and the one he came through, read once per request. */
export async function scopeOf(context: RoomContext, asked: StreamName | null): Promise<ReadonlySet<StreamName>> {
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
