/**
 * The sample portfolio of a first start: made up from a seed, so it needs no licence and is the same on every machine. Its
 * columns and its mix of delays are those of a published file of card clients; no row of that file is in it.
 */
import { hash } from 'node:crypto';

export interface SampleOptions {
  readonly seed: string;
  readonly debts: number;
}

export const SAMPLE_COLUMNS = ['ID', ...Array.from({ length: 23 }, (_, at) => `X${at + 1}`), 'Y'] as const;

/** Overdue clients with a balance by months of delay, 1 to 8, counted in the published file. */
const CLIENTS_BY_DELAY = [1_999, 2_667, 322, 76, 26, 11, 9, 19] as const;
const MONTHS = 6;

/** Mulberry32: enough to make up balances, and the same everywhere; no secret ever comes from here. */
function openDice(seed: string): () => number {
  let state = hash('sha256', `cession sample ${seed}`, 'buffer').readUInt32BE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many debts of each delay: exact shares, what rounding leaves goes to the largest fractions. */
export function delayCounts(debts: number): readonly number[] {
  const total = CLIENTS_BY_DELAY.reduce((sum, clients) => sum + clients, 0);
  const shares = CLIENTS_BY_DELAY.map((clients) => (clients * debts) / total);
  const counts = shares.map(Math.floor);
  const byFraction = shares.map((share, at) => ({ at, fraction: share - Math.floor(share) })).sort((left, right) => right.fraction - left.fraction);
  const missing = debts - counts.reduce((sum, count) => sum + count, 0);
  for (const { at } of byFraction.slice(0, missing)) counts[at]! += 1;
  return counts;
}

function shuffledDelays(debts: number, dice: () => number): number[] {
  const delays = delayCounts(debts).flatMap((count, at) => Array<number>(count).fill(at + 1));
  for (let last = delays.length - 1; last > 0; last -= 1) {
    const other = Math.floor(dice() * (last + 1));
    [delays[last], delays[other]] = [delays[other]!, delays[last]!];
  }
  return delays;
}

/** As spreadsheets write it: exact multiples of 100,000 in scientific notation. */
function amountText(amount: number): string {
  return amount !== 0 && amount % 100_000 === 0 ? `${(amount / 10 ** Math.floor(Math.log10(amount))).toFixed(2)}E+0${Math.floor(Math.log10(amount))}` : String(amount);
}

function rowOf(id: number, delay: number, dice: () => number): string {
  const between = (low: number, high: number): number => low + Math.floor(dice() * (high - low + 1));
  const limit = between(1, 50) * 10_000;
  // Balances are skewed like real ones: many small, few near the limit.
  const bills = [Math.max(150, Math.floor(limit * dice() ** 1.6))];
  while (bills.length < MONTHS) bills.push(Math.floor(bills.at(-1)! * (0.85 + dice() * 0.13)));
  const payments = Array.from({ length: MONTHS }, (_, month) => (month < delay || dice() < 0.3 ? 0 : between(5, 50) * 100));
  const statuses = Array.from({ length: MONTHS }, (_, month) => Math.max(0, delay - month));
  const person = [between(1, 2), between(1, 4), between(1, 3), between(21, 79)];
  return [id, amountText(limit), ...person, ...statuses, ...bills.map(amountText), ...payments.map(amountText), dice() < 0.5 ? 1 : 0].join(',');
}

/** The CSV line by line, each with its line end. */
export function* generateSample({ seed, debts }: SampleOptions): Generator<string> {
  const dice = openDice(seed);
  yield `${SAMPLE_COLUMNS.join(',')}\n`;
  let id = 0;
  for (const delay of shuffledDelays(debts, dice)) yield `${rowOf((id += 1), delay, dice)}\n`;
}
