/**
 * Holds the ledger's clock against what others attest: an entry that says it was recorded when, by them, it was there already or
 * could not be there yet. Finds and counts; never ends a verification, because the bytes are right and only what they say of time is not.
 */
import { boundSpans, CLOCK_LEEWAY_MS, type Attested } from './time-bounds';
import type { Finding } from './verdict';

/** Between which instants the entries of a span may say they were recorded; null: nobody says. Plain values: they cross from thread to thread. */
export interface ClockSpan {
  readonly first: number;
  readonly last: number;
  readonly earliest: string | null;
  readonly latest: string | null;
}

/** Entries of one span on one side of it, in order. */
export interface ClockContradiction {
  readonly span: ClockSpan;
  readonly isEarly: boolean;
  /** Index and time of the first one. */
  readonly first: number;
  readonly recordedAt: string;
  readonly last: number;
  readonly count: number;
}

/** A report of more helps nobody; the others are in the count. */
const MOST_FINDINGS = 100;
/** Instants have years of four digits. Whoever attests a later time sets no limit that an entry could pass. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function clockSpans(size: number, attested: readonly Attested[]): ClockSpan[] {
  return boundSpans(size, attested).map(({ first, last, notBefore, notAfter }) => ({
    first,
    last,
    earliest: notBefore === null ? null : instant(notBefore.getTime() - CLOCK_LEEWAY_MS),
    latest: notAfter === null ? null : instant(notAfter.getTime() + CLOCK_LEEWAY_MS),
  }));
}

function instant(ms: number): string {
  return new Date(Math.min(ms, LAST_INSTANT)).toISOString();
}

export class ClockCheck {
  private readonly found: ClockContradiction[] = [];
  private at = 0;

  constructor(readonly spans: readonly ClockSpan[]) {}

  get contradictions(): readonly ClockContradiction[] {
    return this.found;
  }

  /** How many entries. */
  get count(): number {
    return this.found.reduce((sum, { count }) => sum + count, 0);
  }

  /** Entries in ascending order of index. Instants have one spelling, so texts compare like times. */
  accept(index: number, recordedAt: string): void {
    while (this.at < this.spans.length && (this.spans[this.at] as ClockSpan).last < index) this.at += 1;
    const span = this.spans[this.at];
    if (span === undefined || index < span.first) return;
    const isEarly = span.earliest !== null && recordedAt < span.earliest;
    if (isEarly || (span.latest !== null && recordedAt > span.latest)) this.add({ span, isEarly, first: index, recordedAt, last: index, count: 1 });
  }

  /** One found by somebody else, of entries that follow those so far. */
  add(next: ClockContradiction): void {
    const before = this.found.at(-1);
    const isSame = before !== undefined && before.span.first === next.span.first && before.isEarly === next.isEarly;
    if (isSame) this.found[this.found.length - 1] = { ...before, last: next.last, count: before.count + next.count };
    else this.found.push(next);
  }

  findings(): Finding[] {
    return this.found.slice(0, MOST_FINDINGS).map(({ span, isEarly, first, recordedAt, last, count }) => ({
      code: 'RECORDED_TIME_CONTRADICTED',
      index: first,
      expected: isEarly ? `not before ${span.earliest ?? ''}` : `not after ${span.latest ?? ''}`,
      got: count === 1 ? recordedAt : `${recordedAt}, and ${count - 1} more up to entry ${last}`,
    }));
  }
}
