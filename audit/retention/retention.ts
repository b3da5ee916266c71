/**
 * How long an entry has to be kept, by its retention class: the periods, each with the clause it comes from. Pure. A class that
 * is not here is kept for ever, so nothing is given up by a misspelt word.
 */
import type { RetentionClass } from '../../kernel/event-draft';

export const RETENTION_RULE_PACK = 'retention-2026.1';

export interface RetentionPeriod {
  readonly years: number;
  readonly clause: string;
}

export const RETENTION_PERIODS: Readonly<Record<RetentionClass, RetentionPeriod>> = {
  OPERATION: { years: 3, clause: 'PIPL Art. 56: processing records for at least three years; 12 CFR 1006.100: three years after the last collection activity' },
  SHARE_RECORD: { years: 5, clause: 'Network Data Security Regulation Art. 12: records of provision and entrustment for at least three years; five by default' },
  DEBT_RECORD: { years: 23, clause: 'Civil Code Art. 188: no claim is protected after twenty years; three more for proceedings begun on the last day' },
  STANDING: { years: 23, clause: 'as long as anything that was decided on it: rights and their ends are what every release is judged by' },
};

export function isRetentionClass(word: string): word is RetentionClass {
  return Object.hasOwn(RETENTION_PERIODS, word);
}

/** The first instant at which an entry recorded then need not be kept; null: never. A period that ends on 29 February ends on 1 March. */
export function keptUntil(retention: string, recordedAt: Date): Date | null {
  if (!isRetentionClass(retention)) return null;
  const end = new Date(recordedAt);
  end.setUTCFullYear(end.getUTCFullYear() + RETENTION_PERIODS[retention].years);
  return end;
}
