/** The read that is measured: 20 debts with two hops, without personal fields, recorded for one of them, and with all that a case worker asks for. */

export const PAGE = 20;

const node = (personalOfDebt: string, personalOfBorrower: string): string =>
  `id state product region currency asOf ${personalOfDebt}borrower { id registeredAt ${personalOfBorrower}} creditor { id code name }`;

const document = (name: string, fields: string): string => `query ${name}($after: String) { debts(first: ${PAGE}, after: $after) { edges { node { ${fields} } } } }`;

export const PLAIN_READ = document('PlainRead', node('', ''));

/** The same read with who it is about: 20 names opened, one disclosure of 20 subjects in the ledger before the answer. */
export const RECORDED_READ = document('RecordedRead', node('', 'name '));

/** A case worker's page. Balance and delinquency from the debts room, name and phones from the vault of the borrowers room: two disclosures. */
export const CASE_READ = document('CaseRead', node('balance { minor currency } daysPastDue ', 'name phones '));

export const READ_PATH = '/internal/graphql';

/** A request body for each page that starts behind one of the cursors. */
export function bodiesOf(query: string, cursors: readonly string[]): string[] {
  return cursors.map((after) => JSON.stringify({ query, variables: { after } }));
}
