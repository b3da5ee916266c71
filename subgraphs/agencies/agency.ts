/**
 * Who may be registered as an agency, and what its licences say. Identity only: whether anybody may work with it is one
 * bank's judgement, made in an engagement.
 */
import { HubError, type Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';

export const AGENCY_RULE_PACK = 'agency-2026.1';

export interface AgencyTerms {
  readonly name: string;
  readonly jurisdiction: string;
  readonly registrationNumber: string;
}

export interface LicenceTerms {
  readonly kind: string;
  readonly number: string;
  /** The first day it is valid. */
  readonly validFrom: string;
  /** The last day it is valid: a licence names it so, unlike terms of instants. */
  readonly validUntil: string;
}

const JURISDICTION = /^[A-Z]{2}$/;
/** Upper case, so that nobody puts a name there by habit: the kind stands in clear in the ledger. */
const LICENCE_KIND = /^[A-Z][A-Z0-9_]{0,39}$/;
const TEXT_CHARACTERS_MAX = 200;

/** Where a day begins. Jurisdictions beyond this list, and those of several zones, count days in UTC. */
const ZONES: Readonly<Record<string, string>> = {
  CN: 'Asia/Shanghai',
  DE: 'Europe/Berlin',
  FR: 'Europe/Paris',
  GB: 'Europe/London',
  HK: 'Asia/Hong_Kong',
  IN: 'Asia/Kolkata',
  IT: 'Europe/Rome',
  JP: 'Asia/Tokyo',
  SG: 'Asia/Singapore',
  TW: 'Asia/Taipei',
};

function malformed(ruleId: string, argument: string, message: string): never {
  throw new HubError('BAD_INPUT', message, { ruleId, argument: `input.${argument}` });
}

const isText = (text: string) => text.trim() !== '' && text.length <= TEXT_CHARACTERS_MAX && !text.includes('\u0000');

export function checkAgency({ name, jurisdiction, registrationNumber }: AgencyTerms): void {
  if (!isText(name)) malformed('AGENCY-NAME-FORM', 'name', `An agency's name has 1 to ${TEXT_CHARACTERS_MAX} characters.`);
  if (!JURISDICTION.test(jurisdiction)) malformed('AGENCY-JURISDICTION-FORM', 'jurisdiction', 'A jurisdiction is a country code of ISO 3166-1, like CN.');
  if (!isText(registrationNumber)) malformed('AGENCY-REGISTRATION-FORM', 'registrationNumber', `A registration number has 1 to ${TEXT_CHARACTERS_MAX} characters.`);
}

/** `known`: whether an agency of this number is registered in the jurisdiction. */
export function refuseRegistration(known: boolean): Refusal | null {
  return known ? refusalOf({ ruleId: 'AGENCY-REGISTERED-ONCE', rulePack: AGENCY_RULE_PACK }) : null;
}

export function checkLicence({ kind, number, validFrom, validUntil }: LicenceTerms): void {
  if (!LICENCE_KIND.test(kind)) malformed('LICENCE-KIND-FORM', 'kind', 'A kind of licence is a code of capitals, digits or underscores.');
  if (!isText(number)) malformed('LICENCE-NUMBER-FORM', 'number', `A licence number has 1 to ${TEXT_CHARACTERS_MAX} characters.`);
  if (validUntil < validFrom) malformed('LICENCE-TERM-ORDERED', 'validUntil', 'The licence ends before it begins.');
}

/** `known`: whether the agency has a licence of this kind and number from this day. */
export function refuseLicence(known: boolean): Refusal | null {
  return known ? refusalOf({ ruleId: 'LICENCE-RECORDED-ONCE', rulePack: AGENCY_RULE_PACK }) : null;
}

/** The day it is in a jurisdiction at an instant, as `2026-11-21`. */
export function dayIn(jurisdiction: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: ZONES[jurisdiction] ?? 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export type LicenceState = 'SCHEDULED' | 'VALID' | 'EXPIRED';

/** `day`: the day it is where the agency is registered. Days of one form compare as texts. */
export function licenceState({ validFrom, validUntil }: Pick<LicenceTerms, 'validFrom' | 'validUntil'>, day: string): LicenceState {
  if (day < validFrom) return 'SCHEDULED';
  return day <= validUntil ? 'VALID' : 'EXPIRED';
}
