/**
 * The repositories' half of row scope: a list asks only for rows of the actor's own tenant, so that an index answers it;
 * row-level security refuses the rest. Widens nothing: a condition here can only take rows away.
 */
import type { Actor } from './actor';
import { OPEN_RIGHT } from './row-scope';

/** A condition whose parameters are numbered from $1; `shape` names its text. */
export interface AskedScope {
  readonly condition: string;
  readonly values: readonly unknown[];
  readonly shape: string;
}

export const NOTHING_ASKED: AskedScope = { condition: 'false', values: [], shape: 'nothing' };

export const EVERYTHING_ASKED: AskedScope = { condition: 'true', values: [], shape: 'everything' };

export interface TenantColumns {
  readonly creditor: string;
  /** Of rows that are an agency's own papers; without it partners ask for nothing. */
  readonly agency?: string;
}

/** Rows of the staff's creditor, of the agency itself, or of the creditors a regulator supervises. */
export function askedScope(actor: Actor, columns: TenantColumns): AskedScope {
  switch (actor.audience) {
    case 'INTERNAL':
      return { condition: `${columns.creditor} = $1`, values: [actor.org], shape: 'staff' };
    case 'PARTNER':
      return columns.agency === undefined ? NOTHING_ASKED : { condition: `${columns.agency} = $1`, values: [actor.org], shape: 'agency' };
    case 'REGULATOR':
      return {
        condition: `${columns.creditor} = any(array(select r.creditor_id from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and ${OPEN_RIGHT}))`,
        values: [actor.org],
        shape: 'mandate',
      };
    case 'BORROWER':
      return NOTHING_ASKED;
  }
}
