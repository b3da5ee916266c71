/** The tables of a report page: what was counted, largest first, with a bar beside each number. Shows a bounded number of rows. */
import { OTHER_NAMES } from '../log/tally';
import { drawBar } from './charts';
import { html, type Fragment, type Markup } from './html';
import type { PageTexts } from './page-texts';

const ROWS_MAX = 100;

export type Counted = readonly [name: string, count: number];

/** Largest first, then by name, so that a page is the same whenever it is made. */
export function largestFirst(group: ReadonlyMap<string, number>): Counted[] {
  return [...group].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

export function total(rows: readonly Counted[]): number {
  return rows.reduce((sum, [, count]) => sum + count, 0);
}

export interface CountTable {
  readonly texts: PageTexts;
  /** Numbers as the language writes them. */
  readonly number: (count: number) => string;
  readonly head: readonly [first: string, second: string, count: string];
  readonly rows: readonly Counted[];
  /** What stands in the first two columns. */
  readonly describe: (name: string) => readonly [Fragment, Fragment];
  readonly bar: 'entries' | 'releases' | 'refusals';
}

export function countTable({ texts, number, head, rows, describe, bar }: CountTable): Markup {
  if (rows.length === 0) return html`<p class="soft">${texts.nothing}</p>`;
  const largest = Math.max(...rows.map(([, count]) => count));
  const lines = rows.slice(0, ROWS_MAX).map(([name, count]) => {
    const [first, second] = name === OTHER_NAMES ? [texts.others, ''] : describe(name);
    return html`<tr><td>${first}</td><td class="soft">${second}</td><td class="number">${number(count)}</td><td class="bar">${drawBar(count, largest, bar)}</td></tr>
`;
  });
  const rest = rows.length - ROWS_MAX;
  return html`<table><thead><tr><th>${head[0]}</th><th>${head[1]}</th><th class="number">${head[2]}</th><th></th></tr></thead><tbody>
${lines}</tbody></table>${rest > 0 ? html`<p class="soft">${texts.more(number(rest))}</p>` : null}`;
}
