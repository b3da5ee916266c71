/** The plan for the ledger as it stands: from what is served now to the end of the latest signed checkpoint. */
import type { Pool } from 'pg';
import { inSnapshot } from '../reader/snapshot';
import { latestCheckpoint } from '../writer/checkpointer';
import { minimumIndex, planPruning, type PruningPlan } from './pruning';

export function planLedgerPruning(pool: Pool, now: Date): Promise<PruningPlan> {
  return inSnapshot(pool, async (database) => {
    const from = await minimumIndex(database);
    const size = (await latestCheckpoint(database))?.size ?? from;
    return planPruning(database, { from, size, now });
  });
}
