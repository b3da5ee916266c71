/**
 * The gate before a debt is entrusted: decides from standing alone, first when a placement is proposed and again when it
 * is accepted. Pure. Denies unless every rule is met; the answer names the first rule that is not.
 */
import type { Refusal } from '../../kernel/errors';
import { refusalOf, type RuleId } from '../../schema/messages';
import { isAmountCurrent } from './determination';
import { businessDate, PLACEMENT_RULE_PACK } from './rule-pack';

/** An entrustment agreement as this room knows it from the ledger. */
export interface AgreementStanding {
  readonly id: string;
  readonly creditorId: string;
  readonly agencyId: string;
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly daysPastDueMin: number;
  /** null: without limit. */
  readonly daysPastDueMax: number | null;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly validFrom: Date;
  /** null: without end. */
  readonly validUntil: Date | null;
  readonly isClosed: boolean;
  readonly streamN: number;
}

export interface EngagementStanding {
  readonly id: string;
  readonly state: string;
  readonly attestedUntil: Date | null;
  readonly streamN: number;
}

export interface PlacedDebt {
  readonly creditorId: string;
  readonly state: string;
  readonly product: string;
  readonly region: string;
  readonly daysPastDue: number;
  readonly isPlaced: boolean;
}

/** What both gates ask of the parties' standing and of the amount. */
export interface StandingClaim {
  readonly creditorId: string;
  readonly agencyId: string;
  readonly agreement: AgreementStanding | null;
  readonly engagement: EngagementStanding | null;
  readonly amountAsOf: string | null;
  readonly now: Date;
}

export interface ProposalClaim extends StandingClaim {
  readonly debt: PlacedDebt;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
}

/** The closed words a refusal may use for what an agreement leaves out. */
type Uncovered = 'PRODUCT' | 'REGION' | 'DAYS_PAST_DUE' | 'AGENCY' | 'PURPOSES' | 'CATEGORIES';

/** What an ALLOW cites: every rule that was asked. */
export const STANDING_RULES: readonly RuleId[] = [
  'PLACEMENT-AGREEMENT-IN-FORCE',
  'PLACEMENT-AGREEMENT-COVERS',
  'PLACEMENT-ENGAGEMENT-QUALIFIED',
  'PLACEMENT-ATTESTATION-CURRENT',
  'PLACEMENT-AMOUNT-DETERMINED',
];
export const PROPOSAL_RULES: readonly RuleId[] = ['PLACEMENT-DEBT-OPEN', 'PLACEMENT-DEBT-FREE', ...STANDING_RULES];

type PlainRule =
  | 'PLACEMENT-DEBT-OPEN'
  | 'PLACEMENT-DEBT-FREE'
  | 'PLACEMENT-AGREEMENT-IN-FORCE'
  | 'PLACEMENT-ENGAGEMENT-QUALIFIED'
  | 'PLACEMENT-ATTESTATION-CURRENT'
  | 'PLACEMENT-AMOUNT-DETERMINED';

const refuse = (ruleId: PlainRule): Refusal => refusalOf({ ruleId, rulePack: PLACEMENT_RULE_PACK });
const uncovered = (reason: Uncovered): Refusal => refusalOf({ ruleId: 'PLACEMENT-AGREEMENT-COVERS', rulePack: PLACEMENT_RULE_PACK }, { reason });

/** An agreement of another creditor is answered like one that does not exist. */
function refuseAgreement({ agreement, creditorId, agencyId, now }: StandingClaim): Refusal | null {
  if (agreement === null || agreement.isClosed || agreement.creditorId !== creditorId) return refuse('PLACEMENT-AGREEMENT-IN-FORCE');
  if (agreement.validFrom > now || (agreement.validUntil !== null && agreement.validUntil <= now)) return refuse('PLACEMENT-AGREEMENT-IN-FORCE');
  return agreement.agencyId === agencyId ? null : uncovered('AGENCY');
}

/** PIPL Art. 21 and the attestation rule: no handover to a party that is not qualified and attested now. */
function refuseEngagement({ engagement, now }: StandingClaim): Refusal | null {
  if (engagement?.state !== 'QUALIFIED') return refuse('PLACEMENT-ENGAGEMENT-QUALIFIED');
  if (engagement.attestedUntil === null || engagement.attestedUntil <= now) return refuse('PLACEMENT-ATTESTATION-CURRENT');
  return null;
}

function refuseScope({ agreement, debt, purposes, categories }: ProposalClaim): Refusal | null {
  if (agreement === null) return refuse('PLACEMENT-AGREEMENT-IN-FORCE');
  if (!agreement.products.includes(debt.product)) return uncovered('PRODUCT');
  if (!agreement.regions.includes(debt.region)) return uncovered('REGION');
  if (debt.daysPastDue < agreement.daysPastDueMin || debt.daysPastDue > (agreement.daysPastDueMax ?? Infinity)) return uncovered('DAYS_PAST_DUE');
  if (!isWithin(purposes, agreement.purposes)) return uncovered('PURPOSES');
  if (!isWithin(categories, agreement.categories)) return uncovered('CATEGORIES');
  return null;
}

/** Nothing requested is nothing granted: a placement under which nothing can be seen is a mistake of the caller. */
function isWithin(requested: readonly string[], agreed: readonly string[]): boolean {
  return requested.length > 0 && requested.every((word) => agreed.includes(word));
}

export type GateDecision =
  | { readonly ok: true; readonly agreement: AgreementStanding; readonly engagement: EngagementStanding }
  | { readonly ok: false; readonly refusal: Refusal };

/** The gate of acceptance, when access begins: the debt itself is not asked again, its agency cannot see it yet. */
export function decideStanding(claim: StandingClaim): GateDecision {
  const { agreement, engagement, amountAsOf, now } = claim;
  const refusal =
    refuseAgreement(claim) ?? refuseEngagement(claim) ?? (isAmountCurrent(amountAsOf, businessDate(now)) ? null : refuse('PLACEMENT-AMOUNT-DETERMINED'));
  if (refusal !== null) return { ok: false, refusal };
  if (agreement === null) return { ok: false, refusal: refuse('PLACEMENT-AGREEMENT-IN-FORCE') };
  if (engagement === null) return { ok: false, refusal: refuse('PLACEMENT-ENGAGEMENT-QUALIFIED') };
  return { ok: true, agreement, engagement };
}

export function decideProposal(claim: ProposalClaim): GateDecision {
  const refusal = refuseDebt(claim.debt) ?? refuseAgreement(claim) ?? refuseScope(claim);
  return refusal === null ? decideStanding(claim) : { ok: false, refusal };
}

function refuseDebt({ state, isPlaced }: PlacedDebt): Refusal | null {
  if (state !== 'OPEN') return refuse('PLACEMENT-DEBT-OPEN');
  return isPlaced ? refuse('PLACEMENT-DEBT-FREE') : null;
}
