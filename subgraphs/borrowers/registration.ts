/**
 * What a borrower must look like to be registered, one by one or by import. Pure; names the part at fault and never repeats
 * its value.
 */
import { normaliseName, normaliseNationalId } from './borrower';
import { CONTACT_KINDS, CONTACT_SOURCES, normaliseContact, type ContactKind, type ContactSource } from './contact-point';

export const CONTACT_POINTS_MAX = 20;

export interface BorrowerParticulars {
  readonly name: string;
  readonly nationalId?: string | null | undefined;
  readonly employer?: string | null | undefined;
  readonly contactPoints?: readonly { readonly kind: string; readonly value: string; readonly source: string }[] | null | undefined;
}

/** Checked and in the spelling that is kept. */
export interface Registration {
  readonly name: string;
  readonly nationalId: string | null;
  /** The spelling identity numbers are compared in; null when there is none. */
  readonly nationalIdKey: string | null;
  readonly employer: string | null;
  readonly contactPoints: readonly { readonly kind: ContactKind; readonly value: string; readonly source: ContactSource }[];
}

export interface RegistrationFault {
  /** The part at fault, e.g. `contactPoints[0].value`. */
  readonly part: string;
  readonly message: string;
}

export type CheckedRegistration = { readonly ok: true; readonly registration: Registration } | ({ readonly ok: false } & RegistrationFault);

const fault = (part: string, message: string): CheckedRegistration => ({ ok: false, part, message });

function isOf<W extends string>(words: readonly W[], text: string): text is W {
  return (words as readonly string[]).includes(text);
}

export function checkRegistration(particulars: BorrowerParticulars): CheckedRegistration {
  const { nationalId: rawId, employer: rawEmployer, contactPoints: rawContacts } = particulars;
  const name = normaliseName(particulars.name);
  if (name === null) return fault('name', 'A name has 1 to 200 characters.');
  const nationalIdKey = rawId == null ? null : normaliseNationalId(rawId);
  if (rawId != null && nationalIdKey === null) return fault('nationalId', 'This is not an identity number.');
  const employer = rawEmployer == null ? null : normaliseName(rawEmployer);
  if (rawEmployer != null && employer === null) return fault('employer', 'An employer has 1 to 200 characters.');
  if ((rawContacts?.length ?? 0) > CONTACT_POINTS_MAX) return fault('contactPoints', `A borrower is registered with at most ${CONTACT_POINTS_MAX} contact points.`);
  const contactPoints: { kind: ContactKind; value: string; source: ContactSource }[] = [];
  for (const [at, { kind, value: raw, source }] of (rawContacts ?? []).entries()) {
    if (!isOf(CONTACT_KINDS, kind)) return fault(`contactPoints[${at}].kind`, `A kind is one of ${CONTACT_KINDS.join(', ')}.`);
    if (!isOf(CONTACT_SOURCES, source)) return fault(`contactPoints[${at}].source`, `A lawful source is one of ${CONTACT_SOURCES.join(', ')}.`);
    const value = normaliseContact(kind, raw);
    if (value === null) return fault(`contactPoints[${at}].value`, 'This value cannot reach anybody by this means.');
    contactPoints.push({ kind, value, source });
  }
  return { ok: true, registration: { name, nationalId: rawId?.trim() ?? null, nationalIdKey, employer, contactPoints } };
}
