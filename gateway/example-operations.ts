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

const WELCOME = `# Paste a token for this endpoint above, choose a purpose where one is offered, then press the run button.
query WhoAnswers {
  __typename
}
`;

const EXAMPLES: Readonly<Record<Audience, readonly ExampleOperation[]>> = {
  INTERNAL: [{ query: WELCOME, variables: null }],
  PARTNER: [{ query: WELCOME, variables: null }],
  REGULATOR: [{ query: WELCOME, variables: null }],
  BORROWER: [{ query: WELCOME, variables: null }],
};

export function examplesOf(audience: Audience): readonly ExampleOperation[] {
  return EXAMPLES[audience];
}
