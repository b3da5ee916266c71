/**
 * Every GraphQL operation of the tour, as a client would write it. They are what a newcomer copies from, so each asks for
 * little and says what it is; a test holds each against the contract of its audience.
 */
import type { Audience } from '../../schema/vocabulary';

export interface TourOperation {
  readonly audience: Audience;
  readonly text: string;
}

const internal = (text: string): TourOperation => ({ audience: 'INTERNAL', text });
const partner = (text: string): TourOperation => ({ audience: 'PARTNER', text });
const regulator = (text: string): TourOperation => ({ audience: 'REGULATOR', text });

const REFUSAL = '... on Refusal { ruleId rulePack message remedy }';

export const OPERATIONS = {
  overduePortfolio: internal(`query OverduePortfolio($creditor: ID!) {
  creditor(id: $creditor) {
    name
    debts(first: 3) {
      edges { node { id state product region asOf daysPastDue balance { minor currency } borrower { id name } } }
      pageInfo { hasNextPage }
    }
  }
}`),

  registerAgency: internal(`mutation RegisterAgency($input: RegisterAgencyInput!) {
  registerAgency(input: $input) {
    ... on AgencyAccepted { agency { id name } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  recordLicence: internal(`mutation RecordLicence($input: RecordLicenceInput!) {
  recordLicence(input: $input) {
    ... on LicenceAccepted { licence { id kind } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  signAgreement: internal(`mutation SignAgreement($input: SignAgreementInput!) {
  signAgreement(input: $input) {
    ... on EntrustmentAgreementAccepted { entrustmentAgreement { id state purposes categories until } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  proposeEngagement: internal(`mutation ProposeEngagement($input: ProposeEngagementInput!) {
  proposeEngagement(input: $input) {
    ... on EngagementAccepted { engagement { id state } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  attestSecurity: internal(`mutation AttestSecurity($input: AttestSecurityInput!) {
  attestSecurity(input: $input) {
    ... on EngagementAccepted { engagement { id state } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  qualifyEngagement: internal(`mutation QualifyEngagement($input: QualifyEngagementInput!) {
  qualifyEngagement(input: $input) {
    ... on EngagementAccepted { engagement { id state } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  determineAmount: internal(`mutation DetermineAmount($input: DetermineAmountInput!) {
  determineAmount(input: $input) {
    ... on AmountDetermined { determination { id asOf method } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  proposePlacement: internal(`mutation ProposePlacement($input: ProposePlacementInput!) {
  proposePlacement(input: $input) {
    ... on PlacementChanged { placement { id state purposes categories } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  acceptPlacement: partner(`mutation AcceptPlacement($input: AnswerPlacementInput!) {
  acceptPlacement(input: $input) {
    ... on PlacementChanged { placement { id state grant { purposes categories openedAtIndex } } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  readPhone: partner(`query ReadPhone($debt: ID!) {
  debt(id: $debt) { id borrower { phones } }
}`),

  readDebt: partner(`query ReadDebt($debt: ID!) {
  debt(id: $debt) { id state }
}`),

  readBalance: partner(`query ReadBalance($debt: ID!) {
  debt(id: $debt) { id balance { minor currency } }
}`),

  recordPayment: partner(`mutation RecordPayment($input: RecordPaymentInput!) {
  recordPayment(input: $input) {
    ... on PaymentRecorded { payment { id receivedOn } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  recallPlacement: internal(`mutation RecallPlacement($input: EndPlacementInput!) {
  recallPlacement(input: $input) {
    ... on PlacementChanged { placement { id state reason grant { closedAtIndex } } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  readPlacement: partner(`query ReadPlacement($placement: ID!, $debt: ID!) {
  placement(id: $placement) { id state debt { id } }
  debt(id: $debt) { id borrower { phones } }
}`),

  requestExport: regulator(`mutation RequestExport($input: RequestExportInput!) {
  requestExport(input: $input) {
    ... on ExportRequested { export { id stream state } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  placeLegalHold: internal(`mutation PlaceLegalHold($input: PlaceLegalHoldInput!) {
  placeLegalHold(input: $input) {
    ... on LegalHoldChanged { legalHold { id basis placedAt } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  liftLegalHold: internal(`mutation LiftLegalHold($input: LiftLegalHoldInput!) {
  liftLegalHold(input: $input) {
    ... on LegalHoldChanged { legalHold { id liftedAt } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  eraseBorrower: internal(`mutation EraseBorrower($input: EraseBorrowerInput!) {
  eraseBorrower(input: $input) {
    ... on BorrowerErased { borrower { id } ledgerIndex pending }
    ${REFUSAL}
  }
}`),

  readErased: internal(`query ReadErased($borrower: ID!) {
  borrower(id: $borrower) { id name phones erasure { basis erasedAt erasurePending ledgerIndex } }
}`),

  readExport: regulator(`query ReadExport($export: ID!) {
  export(id: $export) { id stream state entriesDone entriesTotal path }
}`),
} as const satisfies Readonly<Record<string, TourOperation>>;
