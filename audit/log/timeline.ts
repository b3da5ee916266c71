/**
 * When the entries of an export were recorded, counted in stretches of time that grow as the export does: the finest unit of
 * which no more than a bounded number of stretches holds an entry. Says nothing about what happened in them.
 */

/** What an instant is cut down to: its first characters name the stretch it lies in. */
const UNITS = [
  ['minute', 16],
  ['hour', 13],
  ['day', 10],
  ['month', 7],
  ['year', 4],
] as const;
export type TimelineUnit = (typeof UNITS)[number][0];

/** So many stretches can still be told apart in a picture of one page's width. */
export const MAX_STRETCHES = 400;

/** All entries of a stretch, those that released personal data, and those that refused something. */
export type StretchCounts = readonly [entries: number, releases: number, refusals: number];

export class Timeline {
  private at = 0;
  private counts = new Map<string, [number, number, number]>();

  constructor(private readonly mostStretches = MAX_STRETCHES) {}

  get unit(): TimelineUnit {
    return (UNITS[this.at] as (typeof UNITS)[number])[0];
  }

  get stretches(): ReadonlyMap<string, StretchCounts> {
    return this.counts;
  }

  add(instant: string, releases: number, refusals: number): void {
    this.addCounts(instant, [1, releases, refusals]);
  }

  /** `begin`: an instant, or so much of one as tells the finest stretch. */
  addCounts(begin: string, counts: StretchCounts): void {
    this.count(begin, counts);
    while (this.counts.size > this.mostStretches && this.at < UNITS.length - 1) this.coarsen();
  }

  private count(instant: string, [entries, releases, refusals]: StretchCounts): void {
    const name = instant.slice(0, (UNITS[this.at] as (typeof UNITS)[number])[1]);
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
    this.at += 1;
    this.counts = new Map();
    for (const [name, counts] of finer) this.count(name, counts);
  }
}
