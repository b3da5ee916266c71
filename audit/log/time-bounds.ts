/**
 * What others attest about time: a witness that a tree was the largest it had seen, an authority that a checkpoint existed.
 * From that follows between which times each entry came about, whatever the operator's clock says.
 */
import type { Finding, Verdict } from './verdict';

/** Clocks of honest machines differ, and a witness tells whole seconds: up to five minutes are nobody's contradiction. */
export const CLOCK_LEEWAY_MS = 300_000;

export interface Attested {
  /** Of the tree: its entries are those below. */
  readonly size: number;
  readonly at: Date;
  readonly by: 'witness' | 'timestamp';
  /** The witness's name in the policy, or the authority's in its certificate. */
  readonly name: string;
}

export interface TimeBounds {
  /** A witness had seen no larger tree than one without the entry. */
  readonly notBefore: Date | null;
  /** The entry was in a tree that somebody had seen. */
  readonly notAfter: Date | null;
}

/** The bounds of entries `first` to `last`: where the next ones differ, another witness or authority spoke. */
export interface BoundSpan extends TimeBounds {
  readonly first: number;
  readonly last: number;
}

/**
 * The bounds of every entry of a tree of this size, in its order; in none of the spans are those of which nobody said anything. A
 * witness may not have been shown what was there: `notBefore` is what the log showed to others.
 */
export function boundSpans(size: number, attested: readonly Attested[]): BoundSpan[] {
  const bySize = [...attested].filter((one) => one.size > 0).sort((a, b) => a.size - b.size);
  const edges = [...new Set([0, ...bySize.map((one) => Math.min(one.size, size)), size])];
  const notAfter = earliestFromEnd(bySize);
  const spans: BoundSpan[] = [];
  let seen = 0;
  let notBefore: Date | null = null;
  for (let at = 0; at + 1 < edges.length; at += 1) {
    const [first, end] = [edges[at] as number, edges[at + 1] as number];
    for (let one = bySize[seen]; one !== undefined && one.size <= first; one = bySize[(seen += 1)]) {
      if (one.by === 'witness' && (notBefore === null || one.at > notBefore)) notBefore = one.at;
    }
    join(spans, { first, last: end - 1, notBefore, notAfter: notAfter[seen] ?? null });
  }
  return spans;
}

/** For each place in the list the earliest time from there on: every larger tree holds the entry as well. */
function earliestFromEnd(bySize: readonly Attested[]): Date[] {
  const earliest: Date[] = [];
  for (let at = bySize.length - 1; at >= 0; at -= 1) {
    const here = (bySize[at] as Attested).at;
    const later = earliest[at + 1];
    earliest[at] = later !== undefined && later < here ? later : here;
  }
  return earliest;
}

function join(spans: BoundSpan[], span: BoundSpan): void {
  if (span.notBefore === null && span.notAfter === null) return;
  const last = spans.at(-1);
  const isSame = last?.last === span.first - 1 && last.notBefore?.getTime() === span.notBefore?.getTime() && last.notAfter?.getTime() === span.notAfter?.getTime();
  if (isSame) spans[spans.length - 1] = { ...last, last: span.last };
  else spans.push(span);
}

/** The verdict on time for an export of a tree of this size. What the ledger's clock is contradicted in proves nothing, and breaks nothing either. */
export function judgeTime(size: number, attested: readonly Attested[], contradictions: readonly Finding[], remarks: readonly Finding[]): Verdict {
  const others = [...contradictions, ...remarks];
  const covered = attested.reduce((most, one) => Math.max(most, one.size), 0);
  if (covered === 0) return { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }, ...others] };
  const notAfter = boundSpans(covered, attested).at(-1)?.notAfter;
  const got = `entries 0 to ${covered - 1} not after ${notAfter?.toISOString() ?? ''}`;
  const isWhole = covered >= size;
  return { state: isWhole && contradictions.length === 0 ? 'proven' : 'not proven', reasons: [{ code: isWhole ? 'ATTESTED_BY_OTHERS' : 'ATTESTED_IN_PART', got }, ...others] };
}
