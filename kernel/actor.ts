/**
 * Who asks. An actor carries identity only: what it may see follows from ledger entries, never from the token.
 */
import type { Audience, Purpose } from '../schema/vocabulary';

export interface Actor {
  readonly audience: Audience;
  /** The person or machine: the token's `sub`; a pseudonym, never a name. For BORROWER the `person_…` id. */
  readonly sub: string;
  /** INTERNAL: `creditor_…`; PARTNER: `agency_…`; REGULATOR: `regulator_…`; BORROWER: the `person_…` id again. */
  readonly org: string;
  /** What it may do inside its audience, e.g. `placements:write`; a scope narrows, it never widens rights. */
  readonly scopes: readonly string[];
  /** From `x-purpose`; null when the operation named none, so no personal field can be released. */
  readonly purpose: Purpose | null;
  readonly method: 'token' | 'passport';
}
