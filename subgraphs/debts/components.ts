/**
 * What an amount owed consists of, and how business dates are told. Pure. The total is always the sum of the parts and is
 * stored nowhere, so the two cannot disagree; refuses parts that are negative or add up beyond an exact integer.
 */
import { isLocalDate } from '../../schema/local-date';

export const COMPONENTS = ['principal', 'interest', 'penaltyInterest', 'fee', 'cost'] as const;
export type Component = (typeof COMPONENTS)[number];

/** In minor units of one currency. */
export type Components = { readonly [C in Component]: number };

export const NOTHING_OWED: Components = { principal: 0, interest: 0, penaltyInterest: 0, fee: 0, cost: 0 };

export function totalOf(components: Components): number {
  return COMPONENTS.reduce((sum, component) => sum + components[component], 0);
}

/** The first part that cannot be owed, or `total` when only the sum is too large; null when all is well. */
export function wrongPart(components: Components): Component | 'total' | null {
  const wrong = COMPONENTS.find((component) => !Number.isSafeInteger(components[component]) || components[component] < 0);
  if (wrong !== undefined) return wrong;
  return Number.isSafeInteger(totalOf(components)) ? null : 'total';
}

/** What is left; the caller has checked that no part of `paid` exceeds what is owed of it. */
export function minus(owed: Components, paid: Components): Components {
  return mapComponents((component) => owed[component] - paid[component]);
}

export function mapComponents(amountOf: (component: Component) => number): Components {
  return {
    principal: amountOf('principal'),
    interest: amountOf('interest'),
    penaltyInterest: amountOf('penaltyInterest'),
    fee: amountOf('fee'),
    cost: amountOf('cost'),
  };
}

const DAY_MS = 86_400_000;

/** Days from one business date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  if (!isLocalDate(from) || !isLocalDate(to)) throw new RangeError('not a business date');
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

/** The business date so many days before another. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}
