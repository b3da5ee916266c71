/** Reads and keeps the register of agencies and their licences, under row scope. */
import type { Actor } from '../../kernel/actor';
import { EVERYTHING_ASKED, type AskedScope } from '../../kernel/asked-scope';
import { readPage, readPageOfEach, type KeysetList } from '../../kernel/keyset';
import { OPEN_RIGHT } from '../../kernel/row-scope';
import type { Transaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { AGENCY_COLUMNS, type AgencyRow } from './agency.row';
import { LICENCE_COLUMNS, type LicenceRow } from './licence.row';

const AGENCIES: KeysetList = {
  table: 'agency',
  columns: AGENCY_COLUMNS,
  order: [
    { name: 'name', type: 'text' },
    { name: 'id', type: 'text' },
  ],
};

const LICENCES: KeysetList = {
  table: 'licence',
  columns: LICENCE_COLUMNS,
  order: [
    { name: 'recorded_at', type: 'timestamptz' },
    { name: 'id', type: 'text' },
  ],
};

function asked(actor: Actor): AskedScope {
  switch (actor.audience) {
    case 'INTERNAL':
    case 'REGULATOR':
      return EVERYTHING_ASKED;
    case 'PARTNER':
      return { condition: 'id = $1', values: [actor.org], shape: 'itself' };
    case 'BORROWER':
      return {
        condition: `id in (select r.holder from standing_right r join standing_person p on p.borrower_id = r.borrower_id
          where p.person_id = $1 and r.kind = 'GRANT' and ${OPEN_RIGHT})`,
        values: [actor.sub],
        shape: 'self',
      };
  }
}

export const agencyRepository = {
  /** In the order of the ids; null for one that is absent or out of scope. */
  async byIds(transaction: Transaction, ids: readonly string[]): Promise<(AgencyRow | null)[]> {
    const rows = await transaction.prepared<AgencyRow>('agency_by_ids', `select ${AGENCY_COLUMNS} from agency where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  page(actor: Actor, transaction: Transaction, page: Page): Promise<AgencyRow[]> {
    return readPage(transaction, AGENCIES, asked(actor), page);
  },

  /** False when an agency of this jurisdiction and number is there already, whoever registered it at the same moment. */
  async insert(transaction: Transaction, { id, name, jurisdiction, registrationNumber, registeredAt }: AgencyRow): Promise<boolean> {
    const inserted = await transaction.query(
      `insert into agency (id, name, jurisdiction, registration_number, registered_at) values ($1, $2, $3, $4, $5)
        on conflict (jurisdiction, registration_number) do nothing returning id`,
      [id, name, jurisdiction, registrationNumber, registeredAt],
    );
    return inserted.length > 0;
  },

  async licencesByIds(transaction: Transaction, ids: readonly string[]): Promise<(LicenceRow | null)[]> {
    const rows = await transaction.prepared<LicenceRow>('licence_by_ids', `select ${LICENCE_COLUMNS} from licence where id = any($1)`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  },

  pageOfLicences(transaction: Transaction, agencyIds: readonly string[], page: Page): Promise<LicenceRow[][]> {
    return readPageOfEach(transaction, LICENCES, 'agency_id', agencyIds, page);
  },

  licencesOf(transaction: Transaction, agencyId: string): Promise<LicenceRow[]> {
    return transaction.query(`select ${LICENCE_COLUMNS} from licence where agency_id = $1 order by recorded_at, id`, [agencyId]);
  },

  /** False when the licence is there already. */
  async insertLicence(transaction: Transaction, { id, agencyId, kind, number, validFrom, validUntil, recordedAt }: LicenceRow): Promise<boolean> {
    const inserted = await transaction.query(
      `insert into licence (id, agency_id, kind, number, valid_from, valid_until, recorded_at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (agency_id, kind, number, valid_from) do nothing returning id`,
      [id, agencyId, kind, number, validFrom, validUntil, recordedAt],
    );
    return inserted.length > 0;
  },
};
