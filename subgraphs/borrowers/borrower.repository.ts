/**
 * Reads and writes Borrowers inside the transaction of one actor. Asks only for what the actor may see; row-level security
 * refuses the rest. Returns sealed values as they are: opening them is the resolver's act, behind the release gate.
 */
import type { Actor } from '../../kernel/actor';
import { askedScope, type AskedScope } from '../../kernel/asked-scope';
import type { RoomContext } from '../../kernel/context';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { BorrowerRow } from './borrower.row';

const COLUMNS = `id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt"`;
const LIST: KeysetList = { table: 'borrower', columns: COLUMNS, order: [{ name: 'id', type: 'text' }] };

/** Null for absent and out of scope alike, by one statement. */
export function loadBorrower(context: RoomContext, id: string): Promise<BorrowerRow | null> {
  const loader = context.loader('borrower.byId', async (transaction, ids: readonly string[]) => {
    const rows = await transaction.prepared<BorrowerRow>('borrowers_by_id', `select ${COLUMNS} from borrower where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((wanted) => byId.get(wanted) ?? null);
  });
  return loader.load(id);
}

export async function findByNationalId(transaction: Transaction, creditorId: string, index: Buffer): Promise<BorrowerRow | null> {
  const [row] = await transaction.prepared<BorrowerRow>(
    'borrower_by_national_id',
    `select ${COLUMNS} from borrower where creditor_id = $1 and national_id_index = $2`,
    [creditorId, index],
  );
  return row ?? null;
}

/** The borrowers of one creditor; each request asks for the same page of several creditors at once. */
export function loadPageOfCreditor(context: RoomContext, creditorId: string, page: Page): Promise<readonly BorrowerRow[]> {
  const key = `borrower.ofCreditor ${JSON.stringify([page.forward, page.take, page.after, page.before])}`;
  const loader = context.loader(key, (transaction, creditorIds: readonly string[]) =>
    readPageOfEach<BorrowerRow>(transaction, LIST, 'creditor_id', creditorIds, page),
  );
  return loader.load(creditorId);
}

/** The shortest way to what the actor may see: scanning all borrowers for an agency's twenty would not end. */
function askedOf(actor: Actor): AskedScope {
  switch (actor.audience) {
    case 'PARTNER':
      return { condition: `id in (select borrower_id from standing_right where kind = 'GRANT' and holder = $1)`, values: [actor.org], shape: 'granted' };
    case 'BORROWER':
      return { condition: 'id in (select borrower_id from standing_person where person_id = $1)', values: [actor.sub], shape: 'own' };
    default:
      return askedScope(actor, { creditor: 'creditor_id' });
  }
}

export async function readPageInScope(context: RoomContext, page: Page): Promise<readonly BorrowerRow[]> {
  return readPage<BorrowerRow>(await context.read(), LIST, askedOf(context.actor), page);
}

/** The person an identity number belongs to, made at its first registration by any creditor. Goes into the ledger, to nobody else. */
export async function personOf(transaction: Transaction, index: Buffer, { borrowerId, freshId }: { readonly borrowerId: string; readonly freshId: string }): Promise<string> {
  const [row] = await transaction.query<{ id: string }>('select person_of($1, $2, $3) as id', [index, freshId, borrowerId]);
  return row!.id;
}

export async function insertBorrower(transaction: WriteTransaction, row: BorrowerRow): Promise<void> {
  await transaction.manager.insert(BorrowerRow, row);
}

/** The creditor of a borrower in the actor's scope; null for absent and out of scope alike. */
export async function loadScopeOf(transaction: Transaction, borrowerId: string): Promise<string | null> {
  const [row] = await transaction.prepared<{ creditorId: string }>('borrower_creditor', 'select creditor_id as "creditorId" from borrower where id = $1', [borrowerId]);
  return row?.creditorId ?? null;
}
