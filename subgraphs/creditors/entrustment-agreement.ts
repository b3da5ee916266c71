/**
 * The terms under which a creditor may entrust debts to an agency (PIPL Art. 21; Civil Code 919, 923): scope, purposes,
 * categories, channels, fees, term. Refuses terms nothing could be placed under, and purposes an agency may not be given.
 */
import { HubError, type Refusal } from '../../kernel/errors';
import { idPrefix } from '../../schema/ids';
import { refusalOf } from '../../schema/messages';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { checkFeeSchedule, type FeeSchedule } from './fee-schedule';
import { addYears, checkTerm, placeInTerm, type Term } from './term';

export const AGREEMENT_RULE_PACK = 'agreement-2026.1';

export const CONTACT_CHANNELS = ['PHONE', 'SMS', 'LETTER', 'EMAIL', 'VISIT'] as const;
export type ContactChannel = (typeof CONTACT_CHANNELS)[number];

/** Why an agency may be shown personal data; supervision and the borrower's own rights are not the creditor's to entrust. */
export const AGENCY_PURPOSES: readonly Purpose[] = ['COLLECTION', 'SERVICING', 'PLACEMENT_ASSESSMENT', 'DISPUTE_HANDLING'];

/** GB/T 45251-2025: an agency is evaluated before the agreement expires, so it must expire. */
export const AGREEMENT_YEARS_MAX = 5;

const DAYS_PAST_DUE_MAX = 36_500;
/** Products and regions stand in clear in the ledger and in mapping files. */
const SCOPE_CODE = /^[A-Z0-9][A-Z0-9_-]{0,39}$/;

export interface AgreementTerms extends Term {
  readonly agencyId: string;
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly daysPastDueMin: number;
  readonly daysPastDueMax: number | null;
  readonly purposes: readonly Purpose[];
  readonly categories: readonly DataCategory[];
  readonly channels: readonly ContactChannel[];
  readonly feeSchedule: FeeSchedule;
  /** Civil Code 923, PIPL Art. 21: only with the creditor's consent, so never by default. */
  readonly subDelegation: boolean;
  readonly documentHash: string;
}

export type AgreementState = 'SIGNED' | 'IN_FORCE' | 'EXPIRED' | 'TERMINATED';

export interface AgreementHeld extends Term {
  readonly terminatedAt: Date | null;
}

export function agreementState(agreement: AgreementHeld, at: Date): AgreementState {
  if (agreement.terminatedAt !== null) return 'TERMINATED';
  const place = placeInTerm(agreement, at);
  return place === 'BEFORE' ? 'SIGNED' : place === 'WITHIN' ? 'IN_FORCE' : 'EXPIRED';
}

function malformed(ruleId: string, argument: string, message: string): never {
  throw new HubError('BAD_INPUT', message, { ruleId, argument: `input.${argument}` });
}

function checkScope({ agencyId, products, regions, daysPastDueMin, daysPastDueMax }: AgreementTerms): void {
  if (idPrefix(agencyId) !== 'agency') malformed('AGREEMENT-AGENCY-NAMED', 'agencyId', 'An agency is named by its id, like agency_….');
  const areCodes = (codes: readonly string[]) => codes.length > 0 && codes.every((code) => SCOPE_CODE.test(code));
  if (!areCodes(products)) malformed('AGREEMENT-PRODUCTS-NAMED', 'products', 'Name at least one product by its code: capitals, digits, hyphens or underscores.');
  if (!areCodes(regions)) malformed('AGREEMENT-REGIONS-NAMED', 'regions', 'Name at least one region by its code: capitals, digits, hyphens or underscores.');
  const isDays = (days: number) => Number.isInteger(days) && days >= 0 && days <= DAYS_PAST_DUE_MAX;
  if (!isDays(daysPastDueMin)) malformed('AGREEMENT-DAYS-ORDERED', 'daysPastDueMin', `Days past due are a whole number from 0 to ${DAYS_PAST_DUE_MAX}.`);
  if (daysPastDueMax !== null && (!isDays(daysPastDueMax) || daysPastDueMax < daysPastDueMin)) {
    malformed('AGREEMENT-DAYS-ORDERED', 'daysPastDueMax', 'The longest delay covered is not below the shortest.');
  }
}

export function checkAgreement(terms: AgreementTerms, at: Date): void {
  checkScope(terms);
  if (terms.purposes.length === 0) malformed('AGREEMENT-PURPOSES-NAMED', 'purposes', 'An agreement names the purposes of the processing.');
  if (terms.categories.length === 0) malformed('AGREEMENT-CATEGORIES-NAMED', 'categories', 'An agreement names the categories of data it covers.');
  if (terms.channels.length === 0) malformed('AGREEMENT-CHANNELS-NAMED', 'channels', 'An agreement names the channels by which borrowers may be reached.');
  checkFeeSchedule(terms.feeSchedule, terms.daysPastDueMin);
  checkTerm(terms, at, 'AGREEMENT');
}

const rulePack = AGREEMENT_RULE_PACK;

export const SIGNING_RULES = ['AGREEMENT-PURPOSES-OF-AGENCY', 'AGREEMENT-TERM-BOUNDED'] as const;

export function refuseSigning(terms: AgreementTerms): Refusal | null {
  if (!terms.purposes.every((purpose) => AGENCY_PURPOSES.includes(purpose))) {
    return refusalOf({ ruleId: 'AGREEMENT-PURPOSES-OF-AGENCY', rulePack }, { allowed: AGENCY_PURPOSES.join(', ') });
  }
  if (terms.validUntil > addYears(terms.validFrom, AGREEMENT_YEARS_MAX)) {
    return refusalOf({ ruleId: 'AGREEMENT-TERM-BOUNDED', rulePack }, { years: AGREEMENT_YEARS_MAX });
  }
  return null;
}

export const TERMINATION_RULES = ['AGREEMENT-NOT-ENDED'] as const;

export function refuseTermination(agreement: AgreementHeld, at: Date): Refusal | null {
  const state = agreementState(agreement, at);
  if (state === 'SIGNED' || state === 'IN_FORCE') return null;
  return refusalOf({ ruleId: 'AGREEMENT-NOT-ENDED', rulePack });
}
