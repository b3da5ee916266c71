/** The steps flows are made of, each one GraphQL operation of the audience that may do it. */
import { newId } from '../../schema/ids';
import type { Caller } from './caller';

/** Whoever can send a command: a client of the gateway, or a test that enters a room directly. */
export type Commander = Pick<Caller, 'data'>;

const HASH = 'a'.repeat(64);
const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
let counter = 0;
/** A client key nobody used before. */
export const key = (): string => `key-${(counter += 1)}-${newId('event').slice(-6)}`;

export interface Accepted {
  readonly __typename: string;
  readonly ruleId?: string;
  readonly rulePack?: string;
  readonly message?: string;
  readonly remedy?: string;
  readonly ledgerIndex?: number | null;
  readonly pending?: boolean;
}

async function command<T extends Accepted>(caller: Commander, mutation: string, inputType: string, selection: string, input: object): Promise<T> {
  const document = `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { __typename ... on Refusal { ruleId rulePack message remedy } ${selection} } }`;
  const data = await caller.data<Record<string, T>>(document, { input: { clientKey: key(), ...input } });
  return data[mutation]!;
}

async function accepted<T extends Accepted>(step: Promise<T>): Promise<T> {
  const answer = await step;
  if (answer.ruleId !== undefined) throw new Error(`refused by ${answer.ruleId}`);
  return answer;
}

export async function registerAgency(operator: Commander): Promise<string> {
  const { agency } = await accepted(
    command<Accepted & { agency: { id: string } }>(operator, 'registerAgency', 'RegisterAgencyInput', '... on AgencyAccepted { ledgerIndex agency { id } }', {
      name: 'Test Collections Ltd',
      jurisdiction: 'CN',
      registrationNumber: `REG-${newId('event').slice(-8)}`,
    }),
  );
  const licence = { agencyId: agency.id, kind: 'COLLECTION', number: 'L-1', validFrom: '2020-01-01', validUntil: '2099-12-31' };
  await accepted(command(operator, 'recordLicence', 'RecordLicenceInput', '... on LicenceAccepted { ledgerIndex }', licence));
  return agency.id;
}

export async function proposeEngagement(operator: Commander, agencyId: string): Promise<string> {
  const step = command<Accepted & { engagement: { id: string } }>(operator, 'proposeEngagement', 'ProposeEngagementInput', ENGAGEMENT, { agencyId });
  return (await accepted(step)).engagement.id;
}

const ENGAGEMENT = '... on EngagementAccepted { ledgerIndex engagement { id state } }';

export async function moveEngagement(caller: Commander, move: 'qualify' | 'suspend' | 'reinstate' | 'end', engagementId: string): Promise<Accepted> {
  const name = `${move}Engagement`;
  const input = move === 'qualify' ? { evidenceHash: HASH } : move === 'reinstate' ? {} : { reason: 'INSPECTION_FINDING' };
  return command(caller, name, `${name[0]!.toUpperCase()}${name.slice(1)}Input`, ENGAGEMENT, { engagementId, ...input });
}

/** Proposed, attested by the creditor's staff and qualified. */
export async function qualifiedEngagement(operator: Commander, agencyId: string): Promise<string> {
  const engagementId = await proposeEngagement(operator, agencyId);
  const attestation = { engagementId, standard: 'ISO/IEC-27001', validUntil: inDays(300), evidenceHash: HASH };
  await accepted(command(operator, 'attestSecurity', 'AttestSecurityInput', ENGAGEMENT, attestation));
  await accepted(moveEngagement(operator, 'qualify', engagementId));
  return engagementId;
}

export interface AgreementTerms {
  readonly purposes?: readonly string[];
  readonly categories?: readonly string[];
  readonly products?: readonly string[];
  readonly until?: Date;
}

export async function signAgreement(operator: Commander, agencyId: string, terms: AgreementTerms = {}): Promise<string> {
  const input = {
    agencyId,
    products: terms.products ?? ['CREDIT_CARD'],
    regions: ['TW'],
    daysPastDueMin: 0,
    purposes: terms.purposes ?? ['COLLECTION'],
    categories: terms.categories ?? ['IDENTITY', 'CONTACT', 'BALANCE', 'DELINQUENCY', 'PAYMENT_HISTORY'],
    channels: ['PHONE'],
    feeSchedule: { tiers: [{ daysPastDueFrom: 0, basisPoints: 1000 }], capBasisPoints: 3000 },
    from: new Date(Date.now() - 60_000).toISOString(),
    until: (terms.until ?? new Date(Date.now() + 365 * DAY_MS)).toISOString(),
    documentHash: HASH,
  };
  const selection = '... on EntrustmentAgreementAccepted { ledgerIndex entrustmentAgreement { id } }';
  const step = command<Accepted & { entrustmentAgreement: { id: string } }>(operator, 'signAgreement', 'SignAgreementInput', selection, input);
  return (await accepted(step)).entrustmentAgreement.id;
}

export interface RegisteredDebt {
  readonly debtId: string;
  readonly borrowerId: string;
}

export async function registerBorrower(operator: Commander, name = 'Synthetic Person'): Promise<string> {
  const input = { name, nationalId: `S${newId('event').slice(-9).toUpperCase()}`, contactPoints: [{ kind: 'PHONE', value: '+886 900 000 123', source: 'CONTRACT' }] };
  const selection = '... on BorrowerRegistered { ledgerIndex borrower { id } }';
  return (await accepted(command<Accepted & { borrower: { id: string } }>(operator, 'registerBorrower', 'RegisterBorrowerInput', selection, input))).borrower.id;
}

export async function placeLegalHold(operator: Commander, borrowerId: string): Promise<string> {
  const selection = '... on LegalHoldChanged { ledgerIndex legalHold { id } }';
  const step = command<Accepted & { legalHold: { id: string } }>(operator, 'placeLegalHold', 'PlaceLegalHoldInput', selection, { borrowerId, basis: 'LEGAL_CLAIM' });
  return (await accepted(step)).legalHold.id;
}

export async function liftLegalHold(operator: Commander, legalHoldId: string): Promise<Accepted> {
  return accepted(command(operator, 'liftLegalHold', 'LiftLegalHoldInput', '... on LegalHoldChanged { ledgerIndex }', { legalHoldId }));
}

export function eraseBorrower(operator: Commander, borrowerId: string, basis = 'PIPL_47'): Promise<Accepted> {
  return command(operator, 'eraseBorrower', 'EraseBorrowerInput', '... on BorrowerErased { ledgerIndex pending }', { borrowerId, basis });
}

/** A borrower with one overdue debt, its amount determined today unless `determined` is false. */
export async function registerDebt(operator: Commander, options: { borrowerId?: string; product?: string; determined?: boolean } = {}): Promise<RegisteredDebt> {
  const borrowerId = options.borrowerId ?? (await registerBorrower(operator));
  const today = new Date().toISOString().slice(0, 10);
  const components = { principal: 100_000, interest: 5_000, fee: 1_000 };
  const input = { borrowerId, reference: `R-${newId('event').slice(-8)}`, product: options.product ?? 'CREDIT_CARD', region: 'TW', currency: 'TWD', components, daysPastDue: 60, asOf: today };
  const registered = await accepted(
    command<Accepted & { debt: { id: string } }>(operator, 'registerDebt', 'RegisterDebtInput', '... on DebtRegistered { ledgerIndex debt { id } }', input),
  );
  const debtId = registered.debt.id;
  if (options.determined === false) return { debtId, borrowerId };
  await accepted(
    command(operator, 'determineAmount', 'DetermineAmountInput', '... on AmountDetermined { ledgerIndex }', { debtId, asOf: today, components, method: 'ACCOUNT_RECORDS', inputsHash: HASH }),
  );
  return { debtId, borrowerId };
}

export interface PlacementAnswer extends Accepted {
  readonly placement?: { readonly id: string; readonly state: string; readonly grant: { readonly id: string } | null };
}

const PLACEMENT = '... on PlacementChanged { ledgerIndex pending placement { id state grant { id } } }';

export interface ProposalTerms {
  readonly debtId: string;
  readonly agencyId: string;
  readonly agreementId: string;
  readonly clientKey?: string;
  readonly purposes?: readonly string[];
}

export function proposePlacement(operator: Commander, input: ProposalTerms): Promise<PlacementAnswer> {
  return command(operator, 'proposePlacement', 'ProposePlacementInput', PLACEMENT, input);
}

export function acceptPlacement(agency: Commander, placementId: string): Promise<PlacementAnswer> {
  return command(agency, 'acceptPlacement', 'AnswerPlacementInput', PLACEMENT, { placementId });
}

export function recallPlacement(operator: Commander, placementId: string): Promise<PlacementAnswer> {
  return command(operator, 'recallPlacement', 'EndPlacementInput', PLACEMENT, { placementId, reason: 'WITHDRAWN' });
}

/** Proposed by the bank and accepted by the agency; resolves when the grant is an entry the agency's reads follow. */
export async function place(operator: Caller, agency: Caller, terms: { debtId: string; agencyId: string; agreementId: string }): Promise<string> {
  const proposed = await accepted(proposePlacement(operator, terms));
  const placementId = proposed.placement!.id;
  await accepted(acceptPlacement(agency.knows(operator), placementId));
  operator.knows(agency);
  return placementId;
}

export async function terminateAgreement(operator: Commander, agreementId: string): Promise<Accepted> {
  const selection = '... on EntrustmentAgreementAccepted { ledgerIndex }';
  return accepted(command(operator, 'terminateAgreement', 'TerminateAgreementInput', selection, { agreementId, reason: 'CREDITOR_DECISION' }));
}

/** `minor` of the debt's currency, received today. */
export async function recordPayment(caller: Commander, debtId: string, minor: number): Promise<Accepted> {
  const input = { debtId, amount: { minor, currency: 'TWD' }, receivedOn: new Date().toISOString().slice(0, 10) };
  return accepted(command(caller, 'recordPayment', 'RecordPaymentInput', '... on PaymentRecorded { ledgerIndex pending }', input));
}

/** Rights of a colleague at the operator's creditor; answers the id of the authority. */
export async function grantStaffAuthority(operator: Commander, staffSub: string, terms: { purposes: readonly string[]; categories: readonly string[] }): Promise<string> {
  const input = { staffSub, ...terms, scopes: [], until: inDays(300) };
  const selection = '... on StaffAuthorityAccepted { ledgerIndex staffAuthority { id } }';
  const step = command<Accepted & { staffAuthority: { id: string } }>(operator, 'grantStaffAuthority', 'GrantStaffAuthorityInput', selection, input);
  return (await accepted(step)).staffAuthority.id;
}

export async function revokeStaffAuthority(operator: Commander, authorityId: string): Promise<Accepted> {
  const selection = '... on StaffAuthorityAccepted { ledgerIndex }';
  return accepted(command(operator, 'revokeStaffAuthority', 'RevokeStaffAuthorityInput', selection, { authorityId, reason: 'LEFT_POST' }));
}

export async function endSupervisionMandate(operator: Commander, mandateId: string): Promise<Accepted> {
  const selection = '... on SupervisionMandateAccepted { ledgerIndex }';
  return accepted(command(operator, 'endSupervisionMandate', 'EndSupervisionMandateInput', selection, { mandateId, reason: 'SUPERVISION_ENDED' }));
}
