/** What may be registered as a creditor. Refuses codes and jurisdictions that other records could not name in clear. */
import { HubError } from '../../kernel/errors';

export interface CreditorTerms {
  /** Stable and public: it stands in clear in the ledger, in mapping files and on command lines. */
  readonly code: string;
  readonly name: string;
  readonly jurisdiction: string;
}

const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const JURISDICTION = /^[A-Z]{2}$/;
const NAME_CHARACTERS_MAX = 200;

export function checkCreditor({ code, name, jurisdiction }: CreditorTerms): void {
  if (!CODE.test(code)) throw new HubError('BAD_INPUT', 'A creditor code has 1 to 40 letters, digits, hyphens or underscores.', { argument: 'code', ruleId: 'CREDITOR-CODE-FORM' });
  if (name.trim() === '' || name.length > NAME_CHARACTERS_MAX) {
    throw new HubError('BAD_INPUT', `A creditor's name has 1 to ${NAME_CHARACTERS_MAX} characters.`, { argument: 'name', ruleId: 'CREDITOR-NAME-FORM' });
  }
  if (!JURISDICTION.test(jurisdiction)) {
    throw new HubError('BAD_INPUT', 'A jurisdiction is a country code of ISO 3166-1, like CN.', { argument: 'jurisdiction', ruleId: 'CREDITOR-JURISDICTION-FORM' });
  }
}
