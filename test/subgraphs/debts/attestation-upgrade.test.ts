/** A debts room from before return or destruction was attested: its ended placements get a bound, and it follows the ledger anew. */
import { migrateRoom } from '../../../kernel/database/migrate';
import { databaseOf } from '../../../kernel/room-host';
import { newId } from '../../../schema/ids';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testDatabase } from '../../support/test-database';

const now = databaseOf(debtsRoom);
const before = { ...now, migrations: now.migrations.slice(0, 4) };
const database = testDatabase(before);

const PLACED = `insert into placement (id, debt_id, creditor_id, borrower_id, agency_id, agreement_id, engagement_id, amount_as_of, purposes, categories, state, proposed_at, changed_at, grant_id)
  select $1, id, creditor_id, borrower_id, $2, $3, $4, '2026-01-01', '{}', '{}', $5, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', $6 from debt`;

it('asks for what was handed over and ended, and for nothing else', async () => {
  const { worker } = await database.open(before);
  await worker.query(
    `insert into debt (id, creditor_id, borrower_id, reference, product, region, currency, principal_minor, interest_minor, penalty_interest_minor, fee_minor, cost_minor, days_past_due, as_of, delinquent_since, state, registered_at)
      values ($1, $2, $3, 'R', 'P', 'TW', 'TWD', 1, 0, 0, 0, 0, 1, '2026-01-01', '2026-01-01', 'OPEN', now())`,
    [newId('debt'), newId('creditor'), newId('borrower')],
  );
  const placed = async (state: string, granted: boolean): Promise<string> => {
    const id = newId('placement');
    await worker.query(PLACED, [id, newId('agency'), newId('agreement'), newId('engagement'), state, granted ? newId('grant') : null]);
    return id;
  };
  const [recalled, closed] = [await placed('RECALLED', true), await placed('CLOSED', true)];
  await placed('CLOSED', false);
  await placed('ACTIVE', true);
  await worker.query('update follower set next_index = 7, confirmed_at = now()');

  await migrateRoom(database.config, now);
  const { rows } = await worker.query<{ id: string; at: Date }>('select id, attest_by as at from placement where attest_by is not null');
  expect(rows.map(({ id, at }) => [id, at.toISOString()]).sort()).toEqual([[recalled, '2026-02-16T00:00:00.000Z'], [closed, '2026-02-16T00:00:00.000Z']].sort());
  expect((await worker.query('select next_index, confirmed_at < now() - interval \'1 year\' as behind from follower')).rows).toEqual([{ next_index: 0, behind: true }]);
});
