/** A debts room from before settlements were entries: what was paid then is said once, and what is open is not. */
import { migrateRoom } from '../../../kernel/database/migrate';
import { toSubmission, type OutboxRow } from '../../../kernel/outbox/outbox';
import { databaseOf } from '../../../kernel/room-host';
import { newId } from '../../../schema/ids';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { factFaults } from '../../support/event-schemas';
import { testDatabase } from '../../support/test-database';

const now = databaseOf(debtsRoom);
const before = { ...now, migrations: now.migrations.filter((migration) => !(new migration().name ?? '').startsWith('RecordSettlements')) };
const database = testDatabase(before);

const DEBTS = `insert into debt (id, creditor_id, borrower_id, reference, product, region, currency, principal_minor, interest_minor, penalty_interest_minor, fee_minor, cost_minor, days_past_due, as_of, delinquent_since, state, last_payment_on, registered_at)
  select id, $2, $3, id, 'P', 'TW', 'TWD', 0, 0, 0, 0, 0, 1, '2026-01-01', '2026-01-01', $4, '2026-02-03', now() from unnest($1::text[]) as id`;

it('says of more than a page of paid debts that they are settled, and of nothing else', async () => {
  const { worker } = await database.open(before);
  const paid = Array.from({ length: 501 }, () => newId('debt'));
  await worker.query(DEBTS, [paid, newId('creditor'), newId('borrower'), 'PAID']);
  await worker.query(DEBTS, [[newId('debt')], newId('creditor'), newId('borrower'), 'OPEN']);
  await migrateRoom(database.config, now);
  await migrateRoom(database.config, now);
  const { rows } = await worker.query<OutboxRow>('select *, 0 as seq from outbox');
  const events = rows.map((row) => JSON.parse(toSubmission(row).event.toString('utf8')) as { type: string; facts: object });
  expect(new Set(events.map(({ type, facts }) => JSON.stringify([type, facts, factFaults(type, facts as never)])))).toEqual(new Set([JSON.stringify(['debts.DebtSettled', { settledOn: '2026-02-03' }, []])]));
  const said = rows.flatMap((row) => toSubmission(row).streams.filter((stream) => stream.startsWith('debt:')));
  expect(said.sort()).toEqual(paid.map((id) => `debt:${id}`).sort());
});
