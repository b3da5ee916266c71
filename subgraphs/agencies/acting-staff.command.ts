/**
 * Who commands here: a member of a creditor's staff whose authority, as this room has followed it in the ledger, carries the
 * scope. Refuses every other audience, whatever its token says.
 */
import type { Actor } from '../../kernel/actor';
import { HubError } from '../../kernel/errors';
import { OPEN_RIGHT } from '../../kernel/row-scope';
import type { Transaction } from '../../kernel/transaction';

const CARRIES = `select 1 from standing_right r where r.kind = 'AUTHORITY' and r.holder = $1 and r.creditor_id = $2 and $3 = any(r.scopes) and ${OPEN_RIGHT} limit 1`;

/** Returns the creditor the actor commands for. */
export async function requireActingStaff(actor: Actor, transaction: Transaction, scope: string): Promise<string> {
  const carried = actor.audience === 'INTERNAL' && (await transaction.prepared('staff_carries_scope', CARRIES, [actor.sub, actor.org, scope])).length > 0;
  if (!carried) throw new HubError('NOT_PERMITTED', `No authority of yours that stands carries the scope ${scope}.`, { ruleId: 'SCOPE-GRANTED' });
  return actor.org;
}
