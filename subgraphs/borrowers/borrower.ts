/**
 * Rules of a Borrower's own particulars: what a name, an identity number and an employer may look like, and how an identity
 * number is compared. Pure; refuses nothing but the malformed.
 */

export const NAME_CHARACTERS_MAX = 200;
const IDENTITY_CHARACTERS_MAX = 64;
/** Letters and digits of any script, so that no country's number is refused; separators were dropped before. */
const IDENTITY = /^[\p{L}\p{N}]{3,64}$/u;

/** Trimmed, or null for a text that is empty or longer than any name. */
export function normaliseName(value: string): string | null {
  const text = value.trim();
  return text.length > 0 && text.length <= NAME_CHARACTERS_MAX ? text : null;
}

/**
 * One spelling per identity number: full-width forms, case and separators must not make one person two. Null when what
 * remains cannot be an identity number.
 */
export function normaliseNationalId(value: string): string | null {
  if (value.length > IDENTITY_CHARACTERS_MAX * 2) return null;
  const text = value.normalize('NFKC').replace(/[\s./-]/g, '').toUpperCase();
  return IDENTITY.test(text) ? text : null;
}

export const NAME_BINDING = 'borrower.name';
export const NATIONAL_ID_BINDING = 'borrower.nationalId';
export const EMPLOYER_BINDING = 'borrower.employer';

/** Blind-index domains. The creditor's own differs per creditor, so two creditors' tables laid side by side link nobody. */
export const PERSON_INDEX = 'person.nationalId';
export const nationalIdIndex = (creditorId: string): string => `borrower.nationalId:${creditorId}`;
