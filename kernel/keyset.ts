/**
 * Keyset paging in SQL: from a checked page to the condition, order and limit of its query. Takes column names from code
 * only; refuses a cursor whose values are not of the list's columns, since cursors come back from strangers.
 */
import { parseInstant } from '../schema/instant';
import { InputError } from '../schema/input-error';
import type { Page, SortKey } from '../schema/page';

type KeyType = 'text' | 'bigint' | 'timestamptz';

/** A column of the list's order, ascending. Text columns MUST have the collation "C", as their index has. */
export interface KeyColumn {
  readonly name: string;
  readonly type: KeyType;
}

export interface KeysetClauses {
  /** Starts with `and`, or is empty: put it after a condition of your own. */
  readonly within: string;
  readonly orderAndLimit: string;
  /** The values so far and those of the page. */
  readonly values: unknown[];
}

function isOfType(type: KeyType, value: string | number | undefined): boolean {
  if (type === 'bigint') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || value.includes('\u0000')) return false;
  return type === 'text' || parseInstant(value) !== null;
}

function checkKey(columns: readonly KeyColumn[], key: SortKey, argument: 'after' | 'before'): void {
  if (key.length !== columns.length || !columns.every(({ type }, at) => isOfType(type, key[at]))) {
    throw new InputError(argument, 'This is not a cursor of this list.');
  }
}

/** One row comparison per bound, so that the index of the columns answers it without a filter. */
export function keysetClauses(page: Page, columns: readonly KeyColumn[], taken: readonly unknown[] = []): KeysetClauses {
  const values = [...taken];
  const names = columns.map(({ name }) => name).join(', ');
  const bound = (key: SortKey | null, comparison: '>' | '<', argument: 'after' | 'before'): string => {
    if (key === null) return '';
    checkKey(columns, key, argument);
    const places = columns.map(({ type }, at) => `$${values.push(key[at])}::${type}`);
    return ` and (${names}) ${comparison} (${places.join(', ')})`;
  };
  const within = bound(page.after, '>', 'after') + bound(page.before, '<', 'before');
  const direction = page.forward ? 'asc' : 'desc';
  const order = columns.map(({ name }) => `${name} ${direction}`).join(', ');
  return { within, orderAndLimit: `order by ${order} limit $${values.push(page.take)}`, values };
}
