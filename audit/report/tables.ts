/** The tables of a report page: what was counted, largest first, with a bar beside each number, and the entries in their order. Shows a bounded number of rows. */
import { OTHER_NAMES } from '../log/tally';
import { drawBar } from './charts';
import type { Excerpt, ExcerptLine } from './excerpt';
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

export interface EntryTable {
  readonly texts: PageTexts;
  readonly number: (count: number) => string;
  readonly excerpt: Excerpt;
  readonly meaningOf: (event: string) => string;
}

/** What happened, one line an entry. */
export function entryTable({ texts, number, excerpt, meaningOf }: EntryTable): Markup {
  const { first, last, omitted } = excerpt;
  if (first.length === 0) return html`<p class="soft">${texts.nothing}</p>`;
  const row = ({ index, recordedAt, event, audience, actor, purpose, outcome }: ExcerptLine): Markup => html`<tr><td class="number">${number(index)}</td><td class="time">${recordedAt.slice(0, 19).replace('T', ' ')}</td><td>${meaningOf(event)} <span class="id soft">${event}</span></td><td>${texts.audienceOf[audience] ?? audience}${actor === null ? null : html` <span class="id soft">${actor}</span>`}</td><td>${purpose === null ? '' : (texts.purposeOf[purpose] ?? purpose)}</td><td>${outcome === null ? '' : (texts.outcomeOf[outcome] ?? outcome)}</td></tr>
`;
  const gap = omitted === 0 ? null : html`<tr><td colspan="6" class="soft">${texts.omitted(number(omitted))}</td></tr>
`;
  const heads = [texts.recorded, texts.event, texts.actors, texts.purpose, texts.decision].map((head) => html`<th>${head}</th>`);
  return html`<table><thead><tr><th class="number">${texts.index}</th>${heads}</tr></thead><tbody>
${first.map(row)}${gap}${last.map(row)}</tbody></table>`;
}
