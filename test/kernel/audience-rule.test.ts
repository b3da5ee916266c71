/** A bearer who reaches a room past the gateway finds the same contract there: hidden fields do not exist. */
import { validate, parse, specifiedRules } from 'graphql';
import { audienceRule } from '../../kernel/audience-rule';
import { AUDIENCES, type Audience } from '../../schema/vocabulary';
import { subgraphSchema } from '../../subgraphs/debts/subgraph';

const { schema } = subgraphSchema();

function isValid(audience: Audience, document: string): boolean {
  return validate(schema, parse(document), [...specifiedRules, audienceRule(audience)]).length === 0;
}

const INTERNAL_ONLY = 'mutation ($input: ProposePlacementInput!) { proposePlacement(input: $input) { __typename } }';
const CASES: readonly { document: string; claim: string; audiences: readonly Audience[] }[] = [
  { claim: 'a field of every contract', document: '{ debt(id: "x") { id state } }', audiences: AUDIENCES },
  { claim: 'a mutation of staff', document: INTERNAL_ONLY, audiences: ['INTERNAL'] },
  { claim: 'an answer of the agency', document: 'mutation ($input: AnswerPlacementInput!) { acceptPlacement(input: $input) { __typename } }', audiences: ['PARTNER'] },
  { claim: 'a staff field through an entity', document: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on AmountDetermination { inputsHash } } }', audiences: ['INTERNAL', 'REGULATOR'] },
  { claim: 'a staff field under an alias in a fragment', document: '{ debt(id: "x") { ...f } } fragment f on Debt { x: determination { y: approver } }', audiences: ['INTERNAL', 'REGULATOR'] },
];

describe('a document past the gateway may ask', () => {
  it.each(CASES)('$claim: only for its audience', ({ document, audiences }) => {
    expect(AUDIENCES.filter((audience) => isValid(audience, document))).toEqual(audiences);
  });
});
