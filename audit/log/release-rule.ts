/**
 * The release rule, for the hub that applies it and for whoever checks afterwards that it was applied: may this purpose see this
 * category under this right at this instant? Pure; denies unless the right says yes to everything.
 */

/** A right as it stands at some point of the ledger. */
export interface StandingRight {
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly validFrom: Date;
  readonly validUntil: Date;
  /** Of a grant: the engagement it stands under. */
  readonly engagement: { readonly state: string; readonly attestedUntil: Date | null } | null;
}

export type RightObjection = 'RELEASE-RIGHT-STANDS' | 'RELEASE-ENGAGEMENT-QUALIFIED' | 'RELEASE-ATTESTATION-CURRENT' | 'RELEASE-PURPOSE-COVERED' | 'RELEASE-CATEGORY-COVERED';

/** Why the right opens nothing at this instant, whatever it covers; null when it does. */
export function objectionToStanding({ validFrom, validUntil, engagement }: StandingRight, at: Date): RightObjection | null {
  if (validFrom > at || validUntil <= at) return 'RELEASE-RIGHT-STANDS';
  if (engagement !== null && engagement.state !== 'QUALIFIED') return 'RELEASE-ENGAGEMENT-QUALIFIED';
  if (engagement !== null && (engagement.attestedUntil === null || engagement.attestedUntil <= at)) return 'RELEASE-ATTESTATION-CURRENT';
  return null;
}

/**
 * The right that a borrower's read of his own data stands on, as its disclosure names it. Not his person: that links his records with
 * several creditors, and each of them may read the disclosure.
 */
export const OWN_RIGHT = 'SELF';

/** The first rule that fails, in the order a reader would ask; null when the right covers the release. */
export function objectionToRelease(right: StandingRight, purpose: string, category: string, at: Date): RightObjection | null {
  const objection = objectionToStanding(right, at);
  if (objection !== null) return objection;
  if (!right.purposes.includes(purpose)) return 'RELEASE-PURPOSE-COVERED';
  return right.categories.includes(category) ? null : 'RELEASE-CATEGORY-COVERED';
}
