/**
 * The release rule: may this purpose see this category of this subject's data under the rights that stand?
 * Pure. Denies unless one right says yes to everything; never looks at the data itself.
 */
import { objectionToRelease, type RightObjection, type StandingRight } from '../../audit/log/release-rule';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import type { StreamPosition } from '../ledger';

/** Whose data: a Borrower of one creditor, seen through a debt or directly. */
export interface Subject {
  readonly creditorId: string;
  readonly borrowerId: string;
  readonly debtId: string | null;
}

export interface Right extends StandingRight {
  /** `authority_…`, `grant_…`, `mandate_…`, or OWN_RIGHT: being who the data is about. */
  readonly id: string;
  readonly kind: 'AUTHORITY' | 'GRANT' | 'MANDATE' | 'SELF';
  /** The streams this right was read from; a disclosure that relies on it carries them as `expect`. */
  readonly positions: readonly StreamPosition[];
}

export const RELEASE_RULE_PACK = 'release-2026.1';

export type ReleaseRule = 'RELEASE-PURPOSE-NAMED' | RightObjection;

export type ReleaseDecision = { readonly ok: true; readonly right: Right } | { readonly ok: false; readonly ruleId: ReleaseRule };

/** PIPL Art. 6 and 21: an explicit purpose, covered by the right it is exercised under, for the categories agreed. */
export function decideRelease(rights: readonly Right[], purpose: Purpose | null, category: DataCategory, at: Date): ReleaseDecision {
  if (purpose === null) return { ok: false, ruleId: 'RELEASE-PURPOSE-NAMED' };
  let nearest: ReleaseRule = 'RELEASE-RIGHT-STANDS';
  for (const right of rights) {
    const ruleId = objectionToRelease(right, purpose, category, at);
    if (ruleId === null) return { ok: true, right };
    nearest = ruleId;
  }
  return { ok: false, ruleId: nearest };
}
