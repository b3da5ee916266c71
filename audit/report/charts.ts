/**
 * The pictures of a report as inline SVG: what was recorded when, and bars beside numbers. Every number in a picture stands in
 * a table, too; a picture alone claims nothing.
 */
import type { StretchCounts, Timeline, TimelineUnit } from '../log/timeline';
import { html, type Markup } from './html';

const WIDTH = 960;
const LEFT = 48;
const PLOT = WIDTH - LEFT - 8;
const DAY_MS = 86_400_000;
const TICKS = 6;

/** How the rest of an instant is written when a stretch is only its beginning, and how long a stretch is on the axis. */
const UNITS: { readonly [unit in TimelineUnit]: { readonly rest: string; readonly ms: number } } = {
  minute: { rest: ':00.000Z', ms: 60_000 },
  hour: { rest: ':00:00.000Z', ms: 3_600_000 },
  day: { rest: 'T00:00:00.000Z', ms: DAY_MS },
  month: { rest: '-01T00:00:00.000Z', ms: 30.44 * DAY_MS },
  year: { rest: '-01-01T00:00:00.000Z', ms: 365.25 * DAY_MS },
};

interface Lane {
  readonly label: string;
  readonly className: 'entries' | 'releases' | 'refusals';
  readonly height: number;
  readonly countOf: (counts: StretchCounts) => number;
}

interface Axis {
  readonly place: (at: number) => number;
  readonly begin: number;
  readonly end: number;
  readonly stretchWidth: number;
}

function axisOf(timeline: Timeline): Axis {
  const { rest, ms } = UNITS[timeline.unit];
  const names = [...timeline.stretches.keys()].sort();
  const begin = Date.parse(`${names[0] ?? ''}${rest}`);
  const end = Date.parse(`${names.at(-1) ?? ''}${rest}`) + ms;
  const place = (at: number): number => LEFT + ((at - begin) / (end - begin)) * PLOT;
  return { place, begin, end, stretchWidth: Math.max(1, Math.min(40, (ms / (end - begin)) * PLOT) - 1) };
}

const round = (value: number): string => value.toFixed(1);

function drawLane(timeline: Timeline, axis: Axis, { className, height, countOf, label }: Lane, top: number): Markup {
  const { rest } = UNITS[timeline.unit];
  const largest = Math.max(1, ...[...timeline.stretches.values()].map(countOf));
  const bars = [...timeline.stretches].filter(([, counts]) => countOf(counts) > 0).map(([name, counts]) => {
    const tall = Math.max(1.5, (countOf(counts) / largest) * height);
    const x = axis.place(Date.parse(name + rest));
    return html`<rect class="${className}" x="${round(x)}" y="${round(top + height - tall)}" width="${round(axis.stretchWidth)}" height="${round(tall)}"><title>${name}: ${countOf(counts)}</title></rect>`;
  });
  return html`<text class="label" x="${LEFT}" y="${top - 5}">${label}</text><text class="label" x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${largest}</text>
<line class="axis" x1="${LEFT}" x2="${WIDTH - 8}" y1="${top + height}" y2="${top + height}"/>${bars}`;
}

/** No name twice: of a single stretch there is but one. */
function drawTicks(timeline: Timeline, axis: Axis, top: number): Markup[] {
  const shown = UNITS[timeline.unit].rest.length;
  let before = '';
  return Array.from({ length: TICKS }, (_, tick) => {
    const at = axis.begin + ((axis.end - axis.begin) * tick) / (TICKS - 1);
    const name = new Date(at).toISOString().slice(0, -shown).replace('T', ' ');
    const anchor = tick === 0 ? 'start' : tick === TICKS - 1 ? 'end' : 'middle';
    if (name === before) return html``;
    before = name;
    return html`<text class="label" x="${round(axis.place(at))}" y="${top}" text-anchor="${anchor}">${name}</text>`;
  });
}

export interface TimelineLabels {
  readonly title: string;
  readonly entries: string;
  readonly releases: string;
  readonly refusals: string;
}

/** Three lanes on one axis, each with its own scale; null when there is nothing to draw. */
export function drawTimeline(timeline: Timeline, labels: TimelineLabels): Markup | null {
  if (timeline.stretches.size === 0) return null;
  const axis = axisOf(timeline);
  const lanes: readonly Lane[] = [
    { label: labels.entries, className: 'entries', height: 110, countOf: ([entries]) => entries },
    { label: labels.releases, className: 'releases', height: 44, countOf: ([, releases]) => releases },
    { label: labels.refusals, className: 'refusals', height: 44, countOf: ([, , refusals]) => refusals },
  ];
  const drawn: Markup[] = [];
  let top = 22;
  for (const lane of lanes) {
    drawn.push(drawLane(timeline, axis, lane, top));
    top += lane.height + 28;
  }
  return html`<svg class="timeline" viewBox="0 0 ${WIDTH} ${top + 4}" role="img" aria-label="${labels.title}"><title>${labels.title}</title>${drawn}${drawTicks(timeline, axis, top - 8)}</svg>`;
}

/** The share of `count` in `largest`, for a table's cell. */
export function drawBar(count: number, largest: number, className: Lane['className']): Markup {
  const share = largest === 0 ? 0 : Math.max(0.5, (count / largest) * 100);
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="${className}" width="${round(share)}" height="8"/></svg>`;
}
