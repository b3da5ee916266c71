/** From how a command ended to what its mutation answers: the entity as it is now, or the refusal as a value. */
import type { CommandOutcome } from '../../kernel/command';
import { HubError } from '../../kernel/errors';
import type { Accepted, Refusal } from '../../schema/refusal';

/** `load` reads in a fresh snapshot that has followed the ledger to the command's own entry. */
export async function entityAfter<E extends string, T>(
  outcome: CommandOutcome,
  entity: E,
  load: (id: string) => Promise<T | null>,
): Promise<(Accepted & Record<E, T>) | Refusal> {
  if (!outcome.accepted) return outcome.refusal;
  const found = await load(outcome.id);
  if (found === null) throw new HubError('NOT_FOUND', 'The command stands, but what it changed is no longer in your scope.');
  return { [entity]: found, ledgerIndex: outcome.ledgerIndex, pending: outcome.pending } as Accepted & Record<E, T>;
}
