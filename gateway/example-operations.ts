/**
 * The operations a person finds in the console of each audience: one tab each, valid in that audience's contract (a test
 * holds it). Ids are placeholders; nothing here is data.
 */
import type { Audience } from '../schema/vocabulary';

export interface ExampleOperation {
  readonly query: string;
  /** JSON text, as the editor shows it; null for none. */
  readonly variables: string | null;
}

const variables = (value: object) => JSON.stringify(value, null, 2);

const PORTFOLIO = `# Paste a token above; the contract of its audience appears in the documentation on the left.
# Personal fields (balance, name, phones …) are null until a purpose is chosen, and each release is in the ledger.
query Portfolio {
  debts(first: 20) {
    edges {
      node { id product region state daysPastDue balance { minor currency } creditor { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const DEBTS: ExampleOperation = { query: PORTFOLIO, variables: null };

const REFUSAL = '... on Refusal { ruleId rulePack message remedy }';

const PLACE: ExampleOperation = {
  query: `# A placement needs an agreement in force that covers the debt, a qualified engagement and a current determination.
mutation Place($input: ProposePlacementInput!) {
  proposePlacement(input: $input) {
    __typename
    ... on PlacementChanged { placement { id state agency { name } } ledgerIndex pending }
    ${REFUSAL}
  }
}
`,
  variables: variables({ input: { clientKey: 'my-first-placement', debtId: 'debt_…', agencyId: 'agency_…', agreementId: 'agreement_…' } }),
};

const ENGAGEMENTS: ExampleOperation = {
  query: `query Engagements {
  engagements(first: 20) {
    edges { node { id state stateSince agency { id name } creditor { id name } attestation { validUntil } } }
  }
}
`,
  variables: null,
};

const ACCEPT: ExampleOperation = {
  query: `# Accepting opens the grant: from its ledger entry on, the agency may read what the placement covers.
mutation Accept($input: AnswerPlacementInput!) {
  acceptPlacement(input: $input) {
    __typename
    ... on PlacementChanged { placement { id state grant { id } } ledgerIndex pending }
    ${REFUSAL}
  }
}
`,
  variables: variables({ input: { clientKey: 'my-first-acceptance', placementId: 'placement_…' } }),
};

const CONTACT: ExampleOperation = {
  query: `# Choose the purpose COLLECTION: without it, or after a recall, name and phones are null.
query Contact($debt: ID!) {
  debt(id: $debt) {
    id
    state
    borrower { id name phones }
    placements(first: 5) { edges { node { id state purposes categories } } }
  }
}
`,
  variables: variables({ debt: 'debt_…' }),
};

const MANDATES: ExampleOperation = {
  query: `query Supervised {
  supervisionMandates(first: 20) { edges { node { id } } }
  creditors(first: 20) { edges { node { id code name jurisdiction agreements(first: 10) { edges { node { id state agency { name } } } } } } }
}
`,
  variables: null,
};

const TRAIL: ExampleOperation = {
  query: `# Everything the ledger holds about one debt, each entry with the bytes it was hashed from.
query Trail($debt: ID!) {
  debt(id: $debt) {
    id
    trail(first: 50) { edges { node { index type recordedAt purpose facts leafHash } } }
  }
  checkpoint { size rootHash signedAt note }
}
`,
  variables: variables({ debt: 'debt_…' }),
};

const EXPORT: ExampleOperation = {
  query: `# The answer names a path below /exports: download it with the same token, then run: cession verify <file> --key <vkey>
mutation Export($input: RequestExportInput!) {
  requestExport(input: $input) {
    __typename
    ... on ExportRequested { export { id state path } ledgerIndex pending }
    ${REFUSAL}
  }
}
`,
  variables: variables({ input: { clientKey: 'my-first-export', subjectId: 'creditor_…' } }),
};

const OWN: ExampleOperation = {
  query: `# What each creditor holds about you, and who was given it.
query MyRecords {
  myRecords(first: 20) {
    edges {
      node { id name phones creditor { name } debts(first: 20) { edges { node { id state balance { minor currency } placements(first: 5) { edges { node { state agency { name } } } } } } } }
    }
  }
}
`,
  variables: null,
};

const EXAMPLES: Readonly<Record<Audience, readonly ExampleOperation[]>> = {
  INTERNAL: [DEBTS, ENGAGEMENTS, PLACE, TRAIL],
  PARTNER: [DEBTS, ACCEPT, CONTACT],
  REGULATOR: [DEBTS, MANDATES, TRAIL, EXPORT],
  BORROWER: [OWN],
};

export function examplesOf(audience: Audience): readonly ExampleOperation[] {
  return EXAMPLES[audience];
}
