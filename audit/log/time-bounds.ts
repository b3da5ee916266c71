/**
 * What others attest about time: a witness that a tree was the largest it had seen, an authority that a checkpoint existed.
 * From that follows between which times each entry came about, whatever the operator's clock says.
 */
import type { Finding, Verdict } from './verdict';

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

/** The bounds of one entry. A witness may not have been shown what was there: `notBefore` is what the log showed to others. */
export function boundsOf(index: number, attested: readonly Attested[]): TimeBounds {
  let notBefore: Date | null = null;
  let notAfter: Date | null = null;
  for (const { size, at, by } of attested) {
    if (size > index && (notAfter === null || at < notAfter)) notAfter = at;
    if (size <= index && by === 'witness' && (notBefore === null || at > notBefore)) notBefore = at;
  }
  return { notBefore, notAfter };
}

/** The verdict on time for an export of a tree of this size. */
export function judgeTime(size: number, attested: readonly Attested[], others: readonly Finding[]): Verdict {
  const covered = attested.reduce((most, one) => Math.max(most, one.size), 0);
  if (covered === 0) return { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }, ...others] };
  const { notAfter } = boundsOf(covered - 1, attested);
  const got = `entries 0 to ${covered - 1} not after ${notAfter?.toISOString() ?? ''}`;
  const isWhole = covered >= size;
  return { state: isWhole ? 'proven' : 'not proven', reasons: [{ code: isWhole ? 'ATTESTED_BY_OTHERS' : 'ATTESTED_IN_PART', got }, ...others] };
}
