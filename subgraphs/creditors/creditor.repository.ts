/** Reads creditors under row scope: one out of scope is read like one that does not exist, by the same statement. */
import type { Actor } from '../../kernel/actor';
import { askedScope, type AskedScope } from '../../kernel/asked-scope';
import { readPage, type KeysetList } from '../../kernel/keyset';
import { OPEN_RIGHT } from '../../kernel/row-scope';
import type { Transaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { CREDITOR_COLUMNS, type CreditorRow } from './creditor.row';

const LIST: KeysetList = { table: 'creditor', columns: CREDITOR_COLUMNS, order: [{ name: 'code', type: 'text' }] };

function asked(actor: Actor): AskedScope {
  switch (actor.audience) {
    case 'PARTNER':
      return {
        condition: `id in (select e.creditor_id from standing_engagement e where e.agency_id = $1 and e.state <> 'ENDED'
          union select r.creditor_id from standing_right r where r.kind = 'GRANT' and r.holder = $1 and ${OPEN_RIGHT})`,
        values: [actor.org],
        shape: 'partner',
      };
    case 'BORROWER':
      return { condition: 'id in (select p.creditor_id from standing_person p where p.person_id = $1)', values: [actor.sub], shape: 'self' };
    default:
      return askedScope(actor, { creditor: 'id' });
  }
}

export const creditorRepository = {
  /** In the order of the ids; null for one that is absent or out of scope. */
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(CreditorRow | null)[]> {
    const rows = await transaction.prepared<CreditorRow>('creditor_by_ids', `select ${CREDITOR_COLUMNS} from creditor where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<CreditorRow[]> {
    return readPage(transaction, LIST, asked(actor), page);
  },
};
