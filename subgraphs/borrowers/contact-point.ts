/**
 * Rules of contact points: which kinds there are, from which lawful sources they may come and who may claim which source.
 * Pure; knows no storage. Refuses a value that could not reach anybody.
 */
import type { Audience, DataCategory } from '../../schema/vocabulary';

export const CONTACT_KINDS = ['PHONE', 'EMAIL', 'ADDRESS'] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** The six lawful sources of the CBA collection guideline of 2026-01-30; there is no seventh. */
export const CONTACT_SOURCES = ['CONTRACT', 'RESERVED_INFORMATION', 'DEBTOR_AUTHORISATION', 'PUBLIC_CHANNEL', 'RESERVED_CONTACT', 'AUTHORISED_QUERY'] as const;
export type ContactSource = (typeof CONTACT_SOURCES)[number];

export const CONTACT_STATUSES = ['ACTIVE', 'WITHDRAWN'] as const;
export type ContactStatus = (typeof CONTACT_STATUSES)[number];

export const CONTACT_RULE_PACK = 'contact-2026.1';

/** Every rule that lets a contact point in; cited by the entry that adds one. */
export const CONTACT_RULES = ['RELEASE-RIGHT-STANDS', 'RELEASE-PURPOSE-COVERED', 'RELEASE-CATEGORY-COVERED', 'CONTACT-SOURCE-LAWFUL'] as const;

/**
 * Contract, reserved information and bureau queries are the creditor's own files and authorisations. An agency learns a
 * number only from the debtor, from a contact the debtor named, or from a public channel.
 */
const AGENCY_SOURCES: readonly ContactSource[] = ['DEBTOR_AUTHORISATION', 'PUBLIC_CHANNEL', 'RESERVED_CONTACT'];

export function isSourceLawfulFor(audience: Audience, source: ContactSource): boolean {
  if (audience === 'INTERNAL') return true;
  return audience === 'PARTNER' && AGENCY_SOURCES.includes(source);
}

export function categoryOf(kind: ContactKind): DataCategory {
  return kind === 'ADDRESS' ? 'ADDRESS' : 'CONTACT';
}

/** ITU-T E.164 allows 15 digits; the shortest numbers anybody is called on have 5. */
const PHONE = /^\+?\d{5,15}$/;
/** RFC 5321 section 4.5.3.1.3: a path has at most 256 octets, two of which are the brackets. */
const EMAIL_CHARACTERS_MAX = 254;
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const ADDRESS_CHARACTERS_MAX = 500;

/** The value as it is kept, or null when it can reach nobody. */
export function normaliseContact(kind: ContactKind, value: string): string | null {
  const text = value.trim();
  switch (kind) {
    case 'PHONE': {
      const digits = text.replace(/[\s().-]/g, '');
      return PHONE.test(digits) ? digits : null;
    }
    case 'EMAIL':
      return text.length <= EMAIL_CHARACTERS_MAX && EMAIL.test(text) ? text : null;
    case 'ADDRESS':
      return text.length > 0 && text.length <= ADDRESS_CHARACTERS_MAX ? text : null;
  }
}

/** Binds a sealed value to its row: moved to another contact point of the same borrower, it does not open. */
export const contactBinding = (contactId: string): string => `contact.value:${contactId}`;
