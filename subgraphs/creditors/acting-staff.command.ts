/**
 * Who commands here: a member of the creditor's staff whose authority carries the scope. Reads this room's own rows, which
 * know of a revocation before the ledger does; refuses every other audience, whatever its token says.
 */
import type { Actor } from '../../kernel/actor';
import { HubError } from '../../kernel/errors';
import type { Transaction } from '../../kernel/transaction';
import { authorityState } from './staff-authority';
import { staffAuthorityRepository } from './staff-authority.repository';
import type { StaffAuthorityRow } from './staff-authority.row';

export interface ActingStaff {
  readonly creditorId: string;
  /** What the actor holds now, the authority that carries the scope among it. */
  readonly held: readonly StaffAuthorityRow[];
}

export async function requireActingStaff(actor: Actor, transaction: Transaction, scope: string): Promise<ActingStaff> {
  const granted = actor.audience === 'INTERNAL' ? await staffAuthorityRepository.ofStaff(transaction, actor.org, actor.sub) : [];
  const held = granted.filter((authority) => authorityState(authority, transaction.now) === 'IN_FORCE');
  if (!held.some(({ scopes }) => scopes.includes(scope))) {
    throw new HubError('NOT_PERMITTED', `No authority of yours that stands carries the scope ${scope}.`, { ruleId: 'SCOPE-GRANTED' });
  }
  return { creditorId: actor.org, held };
}
