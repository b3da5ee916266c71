/**
 * When the entries of an export were recorded, counted in stretches of time that grow as the export does, so that their number
 * stays bounded. Takes entries in their order; says nothing about what happened in them.
 */

const DAY_MS = 86_400_000;

/** The first characters of an instant name the stretch it lies in; how long one is, in milliseconds. */
const UNITS = [
  ['minute', 16, 60_000],
  ['hour', 13, 3_600_000],
  ['day', 10, DAY_MS],
  ['month', 7, 30 * DAY_MS],
  ['year', 4, Number.POSITIVE_INFINITY],
] as const;
export type TimelineUnit = (typeof UNITS)[number][0];

/** The unit is the finest of which fewer than this fit between the first entry and the last: about what a page can show. */
export const MAX_STRETCHES = 400;

/** All entries of a stretch, those that released personal data, and those that refused something. */
export type StretchCounts = readonly [entries: number, releases: number, refusals: number];

export class Timeline {
  private unitAt = 0;
  private first: number | null = null;
  private minute = '';
  private counts = new Map<string, [number, number, number]>();

  constructor(private readonly mostStretches = MAX_STRETCHES) {}

  get unit(): TimelineUnit {
    return UNITS[this.unitAt]![0];
  }

  /** By name, in the order of time. */
  get stretches(): ReadonlyMap<string, StretchCounts> {
    return this.counts;
  }

  add(instant: string, releases: number, refusals: number): void {
    this.addCounts(instant, [1, releases, refusals]);
  }

  /** `begin`: an instant, or the minute it lies in. */
  addCounts(begin: string, counts: StretchCounts): void {
    const minute = begin.slice(0, UNITS[0][1]);
    // Entries come in order, so most lie in the minute of the one before.
    if (minute !== this.minute) this.reach(minute);
    this.count(begin, counts);
  }

  private reach(minute: string): void {
    const at = Date.parse(`${minute}Z`);
    this.minute = minute;
    this.first ??= at;
    while (at - this.first >= this.mostStretches * UNITS[this.unitAt]![2]) this.coarsen();
  }

  private count(instant: string, [entries, releases, refusals]: StretchCounts): void {
    const name = instant.slice(0, UNITS[this.unitAt]![1]);
    const sum = this.counts.get(name);
    if (sum === undefined) this.counts.set(name, [entries, releases, refusals]);
    else {
      sum[0] += entries;
      sum[1] += releases;
      sum[2] += refusals;
    }
  }

  private coarsen(): void {
    const finer = this.counts;
    this.unitAt += 1;
    this.counts = new Map();
    for (const [name, counts] of finer) this.count(name, counts);
  }
}
