/** Loads creditors by id, batched per request: one statement for however many rows refer to one. */
import type { RoomContext } from '../../kernel/context';
import { creditorRepository } from './creditor.repository';
import { toCreditor, type Creditor } from './creditor.type';

export async function loadCreditor(context: RoomContext, id: string): Promise<Creditor | null> {
  const row = await context.loader('creditors', (transaction, ids: readonly string[]) => creditorRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toCreditor(row);
}
