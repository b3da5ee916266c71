/** The read that is measured: 20 debts with two hops, once without personal fields and once with them. */

export const PAGE = 20;

const node = (personalOfDebt: string, personalOfBorrower: string): string =>
  `id state product region currency asOf ${personalOfDebt}borrower { id registeredAt ${personalOfBorrower}} creditor { id code name }`;

const document = (name: string, fields: string): string => `query ${name}($after: String) { debts(first: ${PAGE}, after: $after) { edges { node { ${fields} } } } }`;

export const PLAIN_READ = document('PlainRead', node('', ''));

/** Balance and delinquency from the debts room, name and phones from the vault of the borrowers room: two disclosures. */
export const RECORDED_READ = document('RecordedRead', node('balance { minor currency } daysPastDue ', 'name phones '));

export const READ_PATH = '/internal/graphql';

/** A request body for each page that starts behind one of the cursors. */
export function bodiesOf(query: string, cursors: readonly string[]): string[] {
  return cursors.map((after) => JSON.stringify({ query, variables: { after } }));
}
