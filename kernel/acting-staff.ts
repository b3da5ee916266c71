/**
 * Who may command for a creditor: staff whose authority, as this room has followed it in the ledger, stands and carries the
 * scope. A token alone gives no right; it can only narrow what the authority gives.
 */
import type { Actor } from './actor';
import { HubError } from './errors';
import { OPEN_RIGHT } from './row-scope';
import type { Transaction } from './transaction';

const CARRIES = `select 1 from standing_right r where r.kind = 'AUTHORITY' and r.holder = $1 and r.creditor_id = $2 and $3 = any(r.scopes) and ${OPEN_RIGHT} limit 1`;

/** Asked once per command, before anything else is read. */
export async function requireAuthority(actor: Actor, transaction: Transaction, scope: string): Promise<void> {
  const carried = await transaction.prepared('staff_carries_scope', CARRIES, [actor.sub, actor.org, scope]);
  if (carried.length === 0) throw new HubError('NOT_PERMITTED', `No authority of yours that stands carries the scope ${scope}.`, { ruleId: 'SCOPE-GRANTED' });
}

/** The creditor a member of staff commands for; refuses every other audience, whichever way the command came. */
export function staffCreditor(actor: Actor): string {
  if (actor.audience !== 'INTERNAL') throw new HubError('NOT_PERMITTED', 'Only staff of a creditor may do this.', { ruleId: 'SCOPE-GRANTED' });
  return actor.org;
}
