/**
 * Keyset paging in SQL: one page of a list, or the same page of each of many parents in one statement. Names come from code
 * only; refuses a cursor whose values are not of the list's order, since cursors come back from strangers.
 */
import { InputError } from '../schema/input-error';
import { isLocalDate } from '../schema/local-date';
import { parseInstant } from '../schema/instant';
import type { Page, SortKey } from '../schema/page';
import type { AskedScope } from './asked-scope';
import type { Transaction } from './transaction';

/** A column of a list's order, ascending. Text columns MUST have the collation "C", as their index has. */
export interface KeyColumn {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'timestamptz' | 'date';
}

export interface KeysetList {
  /** The table, and what its statements are named after. */
  readonly table: string;
  /** The select list, with the aliases of the row class. */
  readonly columns: string;
  /** Most significant first, ending in a unique one; an index MUST have these columns in this order. */
  readonly order: readonly KeyColumn[];
}

interface Clauses {
  readonly within: string;
  readonly order: string;
  readonly limit: string;
  readonly values: unknown[];
  /** Tells statements of different text apart. */
  readonly shape: string;
}

function isOfType(type: KeyColumn['type'], value: string | number | undefined): boolean {
  if (type === 'bigint') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || value.includes('\u0000')) return false;
  if (type === 'date') return isLocalDate(value);
  return type === 'text' || parseInstant(value) !== null;
}

function checkKey(order: readonly KeyColumn[], key: SortKey, argument: 'after' | 'before'): void {
  if (key.length !== order.length || !order.every(({ type }, at) => isOfType(type, key[at]))) {
    throw new InputError(argument, 'This is not a cursor of this list.');
  }
}

/** One row comparison per bound, so that the order's index answers it without a filter. */
function clausesOf(page: Page, order: readonly KeyColumn[], taken: readonly unknown[]): Clauses {
  const values = [...taken];
  const names = order.map(({ name }) => name).join(', ');
  const bound = (key: SortKey | null, comparison: '>' | '<', argument: 'after' | 'before'): string => {
    if (key === null) return '';
    checkKey(order, key, argument);
    const places = order.map(({ type }, at) => `$${values.push(key[at])}::${type}`);
    return ` and (${names}) ${comparison} (${places.join(', ')})`;
  };
  const within = bound(page.after, '>', 'after') + bound(page.before, '<', 'before');
  const direction = page.forward ? 'asc' : 'desc';
  return {
    within,
    order: order.map(({ name }) => `${name} ${direction}`).join(', '),
    limit: `$${values.push(page.take)}`,
    values,
    shape: `${direction}${page.after === null ? '' : '_after'}${page.before === null ? '' : '_before'}`,
  };
}

/** The rows of one page of what is asked for, at most `page.take`, as `connectionFrom` wants them. */
export function readPage<R>(transaction: Transaction, list: KeysetList, asked: AskedScope, page: Page): Promise<R[]> {
  const { within, order, limit, values, shape } = clausesOf(page, list.order, asked.values);
  return transaction.prepared<R>(
    `page_${list.table}_${asked.shape}_${shape}`,
    `select ${list.columns} from ${list.table} where ${asked.condition}${within} order by ${order} limit ${limit}`,
    values,
  );
}

/** The same page of the rows of each parent, in the parents' order: what a relation's loader batches. */
export async function readPageOfEach<R>(transaction: Transaction, list: KeysetList, parentColumn: string, parents: readonly string[], page: Page): Promise<R[][]> {
  const { within, order, limit, values, shape } = clausesOf(page, list.order, [parents]);
  const rows = await transaction.prepared<R & { readonly parentId: string }>(
    `each_${list.table}_${parentColumn}_${shape}`,
    `select parent_id as "parentId", ${list.columns} from unnest($1::text[]) with ordinality as parent (parent_id, parent_place)
      cross join lateral (select * from ${list.table} where ${parentColumn} = parent_id${within} order by ${order} limit ${limit}) of_parent
      order by parent_place, ${order}`,
    values,
  );
  const byParent = new Map<string, R[]>(parents.map((parent) => [parent, []]));
  for (const row of rows) byParent.get(row.parentId)!.push(row);
  return parents.map((parent) => byParent.get(parent)!);
}
