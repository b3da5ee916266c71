/**
 * Proposes up to a hundred placements, each a command of its own: one refused row undoes no other, and each has its entry
 * in the ledger. Runs a few at a time, so that one request cannot hold every connection of the room.
 */
import type { CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { InputError } from '../../schema/input-error';
import { proposePlacement } from './placement.command';
import type { ProposePlacementsInput } from './placement.input';

const AT_A_TIME = 4;

/**
 * Every row's client key is the bulk's with its debt, and every row's input is the whole bulk's: repeated, each row gives its
 * first answer; changed anywhere, the key is in conflict.
 */
export async function proposePlacements(context: RoomContext, input: ProposePlacementsInput): Promise<CommandOutcome[]> {
  const { clientKey, debtIds, ...terms } = input;
  if (new Set(debtIds).size !== debtIds.length) throw new InputError('input.debtIds', 'A debt is named twice.');
  const outcomes = new Map<string, CommandOutcome>();
  const waiting = [...debtIds];
  const worker = async (): Promise<void> => {
    for (let debtId = waiting.shift(); debtId !== undefined; debtId = waiting.shift()) {
      outcomes.set(debtId, await proposeRow(context, `${clientKey}/${debtIds.indexOf(debtId)}`, { ...terms, debtId }, input));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return debtIds.map((debtId) => outcomes.get(debtId)!);
}

async function proposeRow(context: RoomContext, clientKey: string, terms: Parameters<typeof proposePlacement>[2], bulk: ProposePlacementsInput): Promise<CommandOutcome> {
  return proposePlacement(context, clientKey, terms, { bulk, debtId: terms.debtId });
}
