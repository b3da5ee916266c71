/**
 * Every scope a token may carry, with what it lets its bearer ask for. A scope opens nothing by itself: what the ledger says of
 * the bearer's rights has to allow it as well. A scope that is not here is refused where one is asked for, and ignored in a token.
 */
export const TOKEN_SCOPES = {
  'agencies:write': 'register agencies and their licences',
  'agency-keys:write': "register and revoke the agency's own signing keys",
  'agreements:write': 'sign and terminate entrustment agreements',
  'amounts:write': 'determine what is owed',
  'authorities:write': 'grant and revoke the authorities of staff',
  'borrowers:write': 'register borrowers and add ways to reach them',
  'creditors:write': 'nothing yet: creditors are registered with `cession init`',
  'debts:write': 'register debts',
  'engagements:write': 'engage agencies: propose, attest, qualify, suspend, reinstate, end',
  'erasures:write': 'order the erasure of a borrower',
  'exports:write': 'request exports of what is in scope',
  'holds:write': 'place and lift legal holds',
  'ledger:all': 'read the entry bundles of the whole log, with standing over every creditor in it',
  'mandates:write': 'record and end mandates of supervision',
  'payments:write': 'record payments',
  'placements:write': 'propose, answer, recall and close placements; as an agency also acknowledge handovers and attest return or destruction',
} as const;

export type TokenScope = keyof typeof TOKEN_SCOPES;

export function isTokenScope(text: string): text is TokenScope {
  return Object.hasOwn(TOKEN_SCOPES, text);
}
