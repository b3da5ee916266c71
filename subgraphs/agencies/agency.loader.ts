/** Loads agencies by id, batched per request: one statement for however many rows refer to one. */
import type { RoomContext } from '../../kernel/context';
import { agencyRepository } from './agency.repository';
import { toAgency, type Agency } from './agency.type';

export async function loadAgency(context: RoomContext, id: string): Promise<Agency | null> {
  const row = await context.loader('agencies', (transaction, ids: readonly string[]) => agencyRepository.byIds(transaction, ids)).load(id);
  return row === null ? null : toAgency(row);
}
