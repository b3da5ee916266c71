/**
 * Reads and writes placements and their grants under the row scope of who asks. A grant is read from standing: it exists
 * because the ledger has it, and not because this room wrote a row.
 */
import type { RoomContext } from '../../kernel/context';
import { readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page, SortKey } from '../../schema/page';
import { OPEN_PLACEMENT_STATES } from './placement';
import { PlacementRow } from './placement.row';
import type { Grant } from './placement.type';

export const PLACEMENT_COLUMNS = `id, debt_id as "debtId", creditor_id as "creditorId", borrower_id as "borrowerId", agency_id as "agencyId",
  agreement_id as "agreementId", engagement_id as "engagementId", amount_as_of::text as "amountAsOf", purposes, categories, state, reason,
  proposed_at as "proposedAt", changed_at as "changedAt", grant_id as "grantId", attest_by as "attestBy", proposed_index as "proposedIndex",
  grant_opened_index as "grantOpenedIndex", grant_closed_index as "grantClosedIndex"`;

const LIST: KeysetList = {
  table: 'placement',
  columns: PLACEMENT_COLUMNS,
  order: [
    { name: 'proposed_at', type: 'timestamptz' },
    { name: 'id collate "C"', type: 'text' },
  ],
};

export const PLACEMENT_SORT = 'placements:proposedAt,id';
export const placementKey = (row: PlacementRow): SortKey => [row.proposedAt.toISOString(), row.id];

export function loadPlacement(context: RoomContext, id: string): Promise<PlacementRow | null> {
  return context
    .loader<string, PlacementRow | null>('placements.byId', async (transaction, ids) => {
      const rows = await transaction.prepared<PlacementRow>('placements_by_id', `select ${PLACEMENT_COLUMNS} from placement where id = any($1)`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    })
    .load(id);
}

export function pageOfPlacements(context: RoomContext, parent: 'debt_id' | 'agency_id', parentId: string, page: Page): Promise<PlacementRow[]> {
  const name = `placements.of ${parent} ${JSON.stringify([page.forward, page.size, page.after, page.before])}`;
  return context.loader<string, PlacementRow[]>(name, (transaction, parents) => readPageOfEach<PlacementRow>(transaction, LIST, parent, parents, page)).load(parentId);
}

interface GrantRow extends Omit<Grant, 'validUntil'> {
  readonly validUntil: Date | number;
}

/** Through the placement: whoever may see it may see its grant. */
const GRANTS = `select r.id, r.purposes, r.categories, r.valid_from as "validFrom", r.valid_until as "validUntil",
    r.opened_at_index as "openedAtIndex", r.closed_at_index as "closedAtIndex"
  from placement p join standing_right r on r.id = p.grant_id where p.grant_id = any($1)`;

export function loadGrant(context: RoomContext, id: string): Promise<Grant | null> {
  return context
    .loader<string, Grant | null>('grants.byId', async (transaction, ids) => {
      const rows = await transaction.prepared<GrantRow>('grants_by_id', GRANTS, [ids]);
      const byId = new Map(rows.map((row) => [row.id, { ...row, validUntil: row.validUntil instanceof Date ? row.validUntil : null }]));
      return ids.map((key) => byId.get(key) ?? null);
    })
    .load(id);
}

/** Locks the placement; null when it is absent or out of scope. */
export async function lockPlacement(transaction: Transaction, id: string): Promise<PlacementRow | null> {
  const [row] = await transaction.query<PlacementRow>(`select ${PLACEMENT_COLUMNS} from placement where id = $1 for update`, [id]);
  return row ?? null;
}

/** The caller holds the lock of the debt, so that nobody places it meanwhile. */
export async function isPlaced(transaction: Transaction, debtId: string): Promise<boolean> {
  const rows = await transaction.query('select 1 from placement where debt_id = $1 and state = any($2)', [debtId, OPEN_PLACEMENT_STATES]);
  return rows.length > 0;
}

/** The proposal of a debt that no agency has answered yet, locked. */
export async function lockProposal(transaction: Transaction, debtId: string): Promise<PlacementRow | null> {
  const [row] = await transaction.query<PlacementRow>(`select ${PLACEMENT_COLUMNS} from placement where debt_id = $1 and state = 'PROPOSED' for update`, [debtId]);
  return row ?? null;
}

export async function insertPlacement(transaction: WriteTransaction, row: PlacementRow): Promise<void> {
  await transaction.manager.insert(PlacementRow, row);
}

export type PlacementChange = Pick<PlacementRow, 'state' | 'reason' | 'changedAt'>;

export async function changePlacement(transaction: WriteTransaction, id: string, change: PlacementChange): Promise<void> {
  await transaction.manager.update(PlacementRow, { id }, change);
}
