/**
 * Which purpose an operation runs under, from its `x-purpose` header. Regulators and borrowers have exactly one and need
 * not name it; the others must, and may not borrow those two.
 */
import { PURPOSES, type Audience, type Purpose } from '../schema/vocabulary';
import { HubError } from './errors';

export const PURPOSE_HEADER = 'x-purpose';

const ONLY_PURPOSE: Readonly<Partial<Record<Audience, Purpose>>> = { REGULATOR: 'SUPERVISION', BORROWER: 'OWN_RIGHTS' };
const RESERVED: ReadonlySet<Purpose> = new Set(Object.values(ONLY_PURPOSE));

/** The purposes an audience may name, e.g. for a console's list. */
export function purposesOf(audience: Audience): readonly Purpose[] {
  const only = ONLY_PURPOSE[audience];
  return only === undefined ? PURPOSES.filter((purpose) => !RESERVED.has(purpose)) : [only];
}

/** null: none named and none implied, so no personal field can be released. */
export function parsePurpose(header: string | undefined, audience: Audience): Purpose | null {
  const named = header?.trim() ?? '';
  if (named === '') return ONLY_PURPOSE[audience] ?? null;
  const purpose = PURPOSES.find((candidate) => candidate === named);
  const allowed = purposesOf(audience);
  if (purpose === undefined) {
    throw new HubError('BAD_INPUT', `The header ${PURPOSE_HEADER} must be one of ${allowed.join(', ')}.`, { argument: PURPOSE_HEADER });
  }
  if (!allowed.includes(purpose)) {
    throw new HubError('NOT_PERMITTED', `The audience ${audience} may not act for the purpose ${purpose}.`, { argument: PURPOSE_HEADER });
  }
  return purpose;
}
