/**
 * Numbers of a mapping, exact: whole numbers as they are, all others as decimals. Reads what spreadsheets write, scientific
 * notation included; never rounds, so an amount that does not fit its currency is found and not repaired.
 */
import Big from 'big.js';

export type Exact = number | Big;

const WHOLE = /^[+-]?\d{1,15}$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const CHARACTERS_MAX = 60;

/** `2.00E+05` is 200000; `parseInt` would read 2. Null for anything but one number. */
export function parseExact(text: string): Exact | null {
  const trimmed = text.trim();
  if (WHOLE.test(trimmed)) return Number(trimmed);
  if (trimmed.length > CHARACTERS_MAX || !DECIMAL.test(trimmed)) return null;
  return settle(new Big(trimmed.replace(/^\+/, '')));
}

/** The plainest form of the same number. */
function settle(value: Big): Exact {
  const plain = Number(value.toFixed());
  return Number.isSafeInteger(plain) && value.eq(plain) ? plain : value;
}

export function isExact(value: unknown): value is Exact {
  return typeof value === 'number' || value instanceof Big;
}

const QUICK: Readonly<Record<'plus' | 'minus' | 'times', (left: number, right: number) => number>> = {
  plus: (left, right) => left + right,
  minus: (left, right) => left - right,
  times: (left, right) => left * right,
};

export function calculate(operation: 'plus' | 'minus' | 'times', left: Exact, right: Exact): Exact {
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = QUICK[operation](left, right);
    if (Number.isSafeInteger(quick)) return quick;
  }
  return settle(new Big(left)[operation](right));
}

export function compareExact(left: Exact, right: Exact): number {
  return typeof left === 'number' && typeof right === 'number' ? left - right : new Big(left).cmp(right);
}

/** The number when it is whole and exact, otherwise null. */
export function wholeOf(value: Exact): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

export function printExact(value: Exact): string {
  return typeof value === 'number' ? String(value) : value.toFixed();
}
