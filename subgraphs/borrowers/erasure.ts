/**
 * Rules of an erasure: on which grounds a borrower's personal data may be erased, what stands in the way, and how long a
 * backup may still hold the key. Pure; the key itself is destroyed when the ledger has the entry, never before.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';
import type { DataCategory } from '../../schema/vocabulary';
import { retentionEnds, type DebtRecords } from './statutory-retention';

/** The rights to erasure the hub knows: PIPL Art. 47, GDPR Art. 17, California Civil Code § 1798.105; and the final order of a court. There is no other ground. */
export const ERASURE_BASES = ['PIPL_47', 'GDPR_17', 'CCPA_1798_105', 'COURT_ORDER'] as const;
export type ErasureBasis = (typeof ERASURE_BASES)[number];

export const ERASURE_RULE_PACK = 'erasure-2026.2';

const ALWAYS = ['ERASURE-ONCE', 'ERASURE-NO-HOLD', 'ERASURE-NO-GRANT'] as const;
const RETENTION = ['ERASURE-NO-OPEN-DEBT', 'ERASURE-RETENTION-ENDED'] as const;

/**
 * Each of the three rights yields to a duty to retain: PIPL Art. 47 para. 2, GDPR Art. 17(3)(b), California Civil Code § 1798.105(d)(8). A
 * court has weighed that duty when its order becomes final: PIPL Art. 50 para. 2, GDPR Art. 79.
 */
const overridesRetention = (basis: ErasureBasis): boolean => basis === 'COURT_ORDER';

/** The rules that let an erasure on this ground through; cited by its entry. */
export function erasureRules(basis: ErasureBasis): readonly string[] {
  return overridesRetention(basis) ? ALWAYS : [...ALWAYS, ...RETENTION];
}

/** What the vault holds of a borrower, and so what an erasure takes away. */
export const ERASED_CATEGORIES: readonly DataCategory[] = ['ADDRESS', 'CONTACT', 'EMPLOYMENT', 'IDENTITY'];

/** What stands about a borrower when his erasure is asked for. */
export interface ErasureStanding {
  readonly isOrdered: boolean;
  /** Legal holds that stand. */
  readonly holds: number;
  /** Grants of agencies that are open. */
  readonly grants: number;
  readonly records: DebtRecords;
}

export interface ErasureClaim {
  readonly basis: ErasureBasis;
  readonly now: Date;
}

/**
 * A hold comes before everything but an erasure that was ordered already: GDPR Art. 17(3), PIPL Art. 47 para. 2. While a grant is
 * open an agency holds copies that no key of ours reaches: they are returned or destroyed at its end (PIPL Art. 21).
 */
export function refuseErasure({ isOrdered, holds, grants, records }: ErasureStanding, claim: ErasureClaim): Refusal | null {
  if (isOrdered) return refusalOf({ ruleId: 'ERASURE-ONCE', rulePack: ERASURE_RULE_PACK });
  if (holds > 0) return refusalOf({ ruleId: 'ERASURE-NO-HOLD', rulePack: ERASURE_RULE_PACK }, { holds });
  if (grants > 0) return refusalOf({ ruleId: 'ERASURE-NO-GRANT', rulePack: ERASURE_RULE_PACK }, { grants });
  return overridesRetention(claim.basis) ? null : refuseDuringRetention(records, claim.now);
}

/** A debt that is open has no end to count from yet: the day told is the earliest there can be. */
function refuseDuringRetention(records: DebtRecords, now: Date): Refusal | null {
  const { openDebts } = records;
  const from = retentionEnds(openDebts > 0 ? { ...records, recordedAt: now } : records);
  if (from === null || from <= now.toISOString().slice(0, 10)) return null;
  if (openDebts > 0) return refusalOf({ ruleId: 'ERASURE-NO-OPEN-DEBT', rulePack: ERASURE_RULE_PACK }, { debts: openDebts, from });
  return refusalOf({ ruleId: 'ERASURE-RETENTION-ENDED', rulePack: ERASURE_RULE_PACK }, { from });
}

const DAY_MS = 86_400_000;

/** Until when a backup may hold the destroyed key; null once none can. */
export function pendingUntil(erasedAt: Date, backupRetentionDays: number, now: Date): Date | null {
  const end = new Date(erasedAt.getTime() + backupRetentionDays * DAY_MS);
  return end > now ? end : null;
}
