/** The ways into a room: roots, lists, references by `_entities`, relations. Every object shown says its type and its id. */
import type { RoomName } from '../../schema/vocabulary';

export interface ReadVariables {
  readonly debt: string;
  readonly borrower: string;
  readonly creditor: string;
  readonly agency: string;
  readonly placement: string;
  readonly engagement: string;
}

export interface ReadWay {
  readonly name: string;
  readonly room: RoomName;
  readonly document: string;
  variablesOf(all: ReadVariables): Record<string, unknown>;
}

const DEBT = `__typename id reference balance { minor } daysPastDue payments(first: 10) { edges { node { __typename id amount { minor } } } }`;
const BORROWER = `__typename id name phones address contactPoints(first: 10) { edges { node { __typename id value } } }`;
const PLACEMENT = `__typename id state debt { ${DEBT} } grant { id }`;
const ENGAGEMENT = `__typename id state attestation { standard }`;
const AGREEMENT = `__typename id state feeSchedule { capBasisPoints }`;
const ENTITIES = 'query ($representations: [_Any!]!) { _entities(representations: $representations) {';

const nodes = (list: string, selection: string): string => `${list}(first: 100) { pageInfo { hasNextPage } edges { node { ${selection} } } }`;

export const READS: readonly ReadWay[] = [
  { name: 'a debt by its root', room: 'debts', document: `query ($id: ID!) { debt(id: $id) { ${DEBT} placements(first: 10) { edges { node { __typename id state } } } } }`, variablesOf: ({ debt }) => ({ id: debt }) },
  { name: 'the list of debts', room: 'debts', document: `query { ${nodes('debts', DEBT)} }`, variablesOf: () => ({}) },
  {
    name: 'references into the debts room',
    room: 'debts',
    document: `${ENTITIES} __typename ... on Debt { ${DEBT} } ... on Borrower { ${nodes('debts', DEBT)} } ... on Creditor { ${nodes('debts', DEBT)} } ... on Agency { ${nodes('placements', PLACEMENT)} } ... on Placement { ${PLACEMENT} } } }`,
    variablesOf: ({ debt, borrower, creditor, agency, placement }) => ({
      representations: [
        { __typename: 'Debt', id: debt },
        { __typename: 'Borrower', id: borrower },
        { __typename: 'Creditor', id: creditor },
        { __typename: 'Agency', id: agency },
        { __typename: 'Placement', id: placement },
      ],
    }),
  },
  { name: 'a placement by its root', room: 'debts', document: `query ($id: ID!) { placement(id: $id) { ${PLACEMENT} } }`, variablesOf: ({ placement }) => ({ id: placement }) },
  { name: 'a borrower by its root', room: 'borrowers', document: `query ($id: ID!) { borrower(id: $id) { ${BORROWER} } }`, variablesOf: ({ borrower }) => ({ id: borrower }) },
  { name: 'the list of borrowers', room: 'borrowers', document: `query { ${nodes('borrowers', BORROWER)} }`, variablesOf: () => ({}) },
  {
    name: 'references into the borrowers room',
    room: 'borrowers',
    document: `${ENTITIES} __typename ... on Borrower { ${BORROWER} } ... on Creditor { ${nodes('borrowers', BORROWER)} } } }`,
    variablesOf: ({ borrower, creditor }) => ({ representations: [{ __typename: 'Borrower', id: borrower }, { __typename: 'Creditor', id: creditor }] }),
  },
  {
    name: 'the papers of agencies',
    room: 'agencies',
    document: `query ($engagement: ID!, $representations: [_Any!]!) {
      engagement(id: $engagement) { ${ENGAGEMENT} } ${nodes('engagements', ENGAGEMENT)}
      _entities(representations: $representations) { __typename ... on Engagement { ${ENGAGEMENT} } ... on Creditor { ${nodes('engagements', ENGAGEMENT)} } ... on Agency { ${nodes('engagements', ENGAGEMENT)} } }
    }`,
    variablesOf: ({ engagement, creditor, agency }) => ({
      engagement,
      representations: [
        { __typename: 'Engagement', id: engagement },
        { __typename: 'Creditor', id: creditor },
        { __typename: 'Agency', id: agency },
      ],
    }),
  },
  {
    name: 'the papers of creditors',
    room: 'creditors',
    document: `query ($representations: [_Any!]!) { ${nodes('entrustmentAgreements', AGREEMENT)} _entities(representations: $representations) { __typename ... on Creditor { ${nodes('agreements', AGREEMENT)} } } }`,
    variablesOf: ({ creditor }) => ({ representations: [{ __typename: 'Creditor', id: creditor }] }),
  },
];
