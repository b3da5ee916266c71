/**
 * How long the law has the records of a borrower's debts kept, whatever he asks: the periods by jurisdiction and class of record, each
 * with its clause, and the first day on which nothing has to be kept. Pure; what is not known is kept for the longest period.
 */

export const RECORD_CLASSES = ['DEBT_RECORD', 'SHARE_RECORD'] as const;
/** DEBT_RECORD: who owed what, from the last thing recorded of a debt. SHARE_RECORD: what an agency was given, from the last step of its placement. */
export type RecordClass = (typeof RECORD_CLASSES)[number];

export interface StatutoryPeriod {
  readonly years: number;
  readonly source: string;
  /** When the number was held against its source; null for one that was not, which is never shorter than any other. */
  readonly verifiedAt: string | null;
}

/** Of a jurisdiction that is not listed, and of a creditor whose jurisdiction no entry names. */
export const LONGEST_PERIOD: StatutoryPeriod = {
  years: 10,
  source: 'own default: Directive (EU) 2015/849 Art. 40 (1) has five years and lets a Member State make them ten',
  verifiedAt: null,
};

/** By the jurisdiction of the creditor, ISO 3166-1. */
export const STATUTORY_PERIODS: ReadonlyMap<string, Readonly<Record<RecordClass, StatutoryPeriod>>> = new Map([
  [
    'CN',
    {
      DEBT_RECORD: { years: 10, source: 'Anti-Money Laundering Law (revised 2024) Art. 34: identity data for ten years after the business relation ends', verifiedAt: '2026-11-22' },
      SHARE_RECORD: { years: 3, source: 'Network Data Security Management Regulation Art. 12: records of provision and entrustment for three years; PIPL Art. 56', verifiedAt: '2026-11-21' },
    },
  ],
  [
    'US',
    {
      DEBT_RECORD: { years: 5, source: '31 CFR 1020.220(a)(3)(ii): identifying information for five years after the account is closed', verifiedAt: '2026-11-22' },
      SHARE_RECORD: { years: 3, source: '12 CFR 1006.100(a): three years after the last collection activity on the debt', verifiedAt: '2026-11-21' },
    },
  ],
]);

export function statutoryPeriod(jurisdiction: string | null, record: RecordClass): StatutoryPeriod {
  return STATUTORY_PERIODS.get(jurisdiction ?? '')?.[record] ?? LONGEST_PERIOD;
}

/** What the ledger says of the debts of one borrower. */
export interface DebtRecords {
  readonly jurisdiction: string | null;
  /** Debts that were not settled, and those of which no more is known than that an agency had them. */
  readonly openDebts: number;
  /** When something was last recorded of any debt; null: there was none. */
  readonly recordedAt: Date | null;
  /** When a placement of any debt last took a step; null: none was placed. */
  readonly sharedAt: Date | null;
}

/** The day after the last one of the period, by UTC. A period that ends on 29 February ends on 1 March. */
function dayAfter(last: Date, { years }: StatutoryPeriod): string {
  return new Date(Date.UTC(last.getUTCFullYear() + years, last.getUTCMonth(), last.getUTCDate() + 1)).toISOString().slice(0, 10);
}

/** The first day on which no record has to be kept any more; null when there is none to keep. */
export function retentionEnds({ jurisdiction, recordedAt, sharedAt }: Omit<DebtRecords, 'openDebts'>): string | null {
  const ends = [
    ...(recordedAt === null ? [] : [dayAfter(recordedAt, statutoryPeriod(jurisdiction, 'DEBT_RECORD'))]),
    ...(sharedAt === null ? [] : [dayAfter(sharedAt, statutoryPeriod(jurisdiction, 'SHARE_RECORD'))]),
  ];
  return ends.sort().at(-1) ?? null;
}
