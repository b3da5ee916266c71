/**
 * The release rule: may this purpose see this category of this subject's data under the rights that stand?
 * Pure. Denies unless one right says yes to everything; never looks at the data itself.
 */
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import type { StreamPosition } from '../ledger';

/** Whose data: a Borrower of one creditor, seen through a debt or directly. */
export interface Subject {
  readonly creditorId: string;
  readonly borrowerId: string;
  readonly debtId: string | null;
}

export interface Right {
  /** `authority_…`, `grant_…`, `mandate_…`, or the `person_…` that a borrower is. */
  readonly id: string;
  readonly kind: 'AUTHORITY' | 'GRANT' | 'MANDATE' | 'SELF';
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** GRANT only: the engagement it stands under. */
  readonly engagement: { readonly state: string; readonly attestedUntil: Date | null } | null;
  /** The streams this right was read from; a disclosure that relies on it carries them as `expect`. */
  readonly positions: readonly StreamPosition[];
}

export const RELEASE_RULE_PACK = 'release-2026.1';

export type ReleaseRule =
  | 'RELEASE-PURPOSE-NAMED'
  | 'RELEASE-RIGHT-STANDS'
  | 'RELEASE-ENGAGEMENT-QUALIFIED'
  | 'RELEASE-ATTESTATION-CURRENT'
  | 'RELEASE-PURPOSE-COVERED'
  | 'RELEASE-CATEGORY-COVERED';

export type ReleaseDecision = { readonly ok: true; readonly right: Right } | { readonly ok: false; readonly ruleId: ReleaseRule };

/** The first rule that fails, in the order a reader would ask; null when the right covers the release. */
function objection(right: Right, purpose: Purpose, category: DataCategory, at: Date): ReleaseRule | null {
  if (right.validFrom > at || right.validUntil <= at) return 'RELEASE-RIGHT-STANDS';
  if (right.engagement !== null && right.engagement.state !== 'QUALIFIED') return 'RELEASE-ENGAGEMENT-QUALIFIED';
  if (right.engagement !== null && (right.engagement.attestedUntil === null || right.engagement.attestedUntil <= at)) {
    return 'RELEASE-ATTESTATION-CURRENT';
  }
  if (!right.purposes.includes(purpose)) return 'RELEASE-PURPOSE-COVERED';
  if (!right.categories.includes(category)) return 'RELEASE-CATEGORY-COVERED';
  return null;
}

/** PIPL Art. 6 and 21: an explicit purpose, covered by the right it is exercised under, for the categories agreed. */
export function decideRelease(rights: readonly Right[], purpose: Purpose | null, category: DataCategory, at: Date): ReleaseDecision {
  if (purpose === null) return { ok: false, ruleId: 'RELEASE-PURPOSE-NAMED' };
  let nearest: ReleaseRule = 'RELEASE-RIGHT-STANDS';
  for (const right of rights) {
    const ruleId = objection(right, purpose, category, at);
    if (ruleId === null) return { ok: true, right };
    nearest = ruleId;
  }
  return { ok: false, ruleId: nearest };
}
