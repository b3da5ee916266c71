/**
 * The operator's reconciliation: everything that is open, whoever it concerns, in one snapshot. For who has the hub's own
 * keys; requests read the same tables under row scope.
 */
import type { Pool } from 'pg';
import type { KeysetList } from '../../kernel/keyset';
import type { ShareRow } from '../handover/handover.repository';
import { inSnapshot } from '../reader/snapshot';
import { readHead } from '../writer/head';
import { DUTIES, readCounts, REFUSALS, SHARES, UNANSWERED, UNATTESTED, UNMATCHED, type Counts, type DutyRow, type RefusalRow, type UnmatchedRow } from './reconciliation.repository';

export interface OpenItems {
  /** The last entry the audit room has followed, and so the state this is of; -1 before the first. */
  readonly asOfIndex: number;
  /** How many entries the ledger has. */
  readonly size: number;
  readonly counts: Counts;
  /** The oldest of each, at most as many as asked for. */
  readonly sharesWithoutReceipt: readonly ShareRow[];
  readonly receiptsWithoutShare: readonly UnmatchedRow[];
  readonly recallsWithoutAttestation: readonly DutyRow[];
  readonly refusals: readonly RefusalRow[];
}

export function readOpenItems(pool: Pool, limit: number): Promise<OpenItems> {
  return inSnapshot(pool, async (database) => {
    const oldest = async <R>({ table, columns, order }: KeysetList, condition: string): Promise<readonly R[]> =>
      (await database.query(`select ${columns} from ${table} where ${condition} order by ${order.map(({ name }) => name).join(', ')} limit $1`, [limit])).rows as R[];
    const { rows } = await database.query<{ next_index: number }>('select next_index from follower');
    return {
      asOfIndex: (rows[0]?.next_index ?? 0) - 1,
      size: (await readHead(database))?.size ?? 0,
      counts: await readCounts({ query: async (sql) => (await database.query(sql)) as never }),
      sharesWithoutReceipt: await oldest<ShareRow>(SHARES, UNANSWERED),
      receiptsWithoutShare: await oldest<UnmatchedRow>(UNMATCHED, 'true'),
      recallsWithoutAttestation: await oldest<DutyRow>(DUTIES, UNATTESTED),
      refusals: await oldest<RefusalRow>(REFUSALS, 'true'),
    };
  });
}
