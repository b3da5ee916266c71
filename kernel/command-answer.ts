/** From how a command ended to the value of its result union: the entity as it is now, or the refusal. */
import type { Accepted, Refusal } from '../schema/refusal';
import type { CommandOutcome } from './command';
import { HubError } from './errors';

/** `load` reads in the fresh snapshot after the command, under row scope like any other read. */
export async function answerCommand<E extends string, T>(
  outcome: CommandOutcome,
  entity: E,
  load: (id: string) => Promise<T | null>,
): Promise<(Accepted & Record<E, T>) | Refusal> {
  if (!outcome.accepted) return outcome.refusal;
  const { ledgerIndex, pending } = outcome;
  const loaded = await load(outcome.id);
  // Staff who give up their own authority cannot look back at it.
  if (loaded === null) throw new HubError('NOT_FOUND', 'The command stands, but what it is about is no longer in your scope.');
  return { ledgerIndex, pending, [entity]: loaded } as Accepted & Record<E, T>;
}
