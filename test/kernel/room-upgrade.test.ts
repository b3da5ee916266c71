/** Every room as its first version left it: brought to this one, and then like a room that was never anything else. */
import type { Client } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import type { DatabaseDefinition } from '../../kernel/database/definition';
import { migrateRoom } from '../../kernel/database/migrate';
import { databaseOf } from '../../kernel/room-host';
import type { RoomName } from '../../schema/vocabulary';
import { agenciesRoom } from '../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../subgraphs/debts/subgraph';
import { testDatabase } from '../support/test-database';

const NOW: readonly DatabaseDefinition[] = [AUDIT_DATABASE, ...[agenciesRoom, borrowersRoom, creditorsRoom, debtsRoom].map(databaseOf)];
/** What the first version ran, by name. */
const FIRST = /^(RoomTables|LedgerTables|LedgerViews|StreamHeadsTables|LedgerWitnesses|CreateAgencies|CreateBorrowers|CreateCreditors|CreateDebts|CreateImport)\d/;
const before = NOW.map((definition) => ({ ...definition, migrations: definition.migrations.filter((migration) => FIRST.test(new migration().name ?? '')) }));

const upgraded = testDatabase(...before);
const fresh = testDatabase(...NOW);

const SHAPE = `select 'column' as what, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as text from information_schema.columns where table_schema = $1
  union all select 'index', indexdef from pg_indexes where schemaname = $1
  union all select 'policy', tablename || ' ' || policyname || ' ' || coalesce(qual, '') from pg_policies where schemaname = $1 order by 1, 2`;

async function shapeOf(admin: Client, room: RoomName): Promise<string[]> {
  const { rows } = await admin.query<{ what: string; text: string }>(SHAPE, [room]);
  return rows.map(({ what, text }) => `${what} ${text}`);
}

it.each(NOW.map((definition) => [definition.room as RoomName, definition] as const))('%s', async (room, definition) => {
  const admin = await upgraded.admin();
  await admin.query(`insert into ${room}.standing_person (borrower_id, person_id, creditor_id) values ('borrower_1', 'person_1', 'creditor_1')`);
  await admin.query(`update ${room}.follower set next_index = 7, confirmed_at = now()`);
  expect((await migrateRoom(upgraded.config, definition)).length).toBeGreaterThan(0);
  expect(await shapeOf(admin, room)).toEqual(await shapeOf(await fresh.admin(), room));
  const { rows } = await admin.query<{ next: number; changed: number }>(`select next_index::float8 as next, changed_index::float8 as changed from ${room}.follower`);
  expect(rows[0]?.changed).toBe((rows[0]?.next ?? 0) - 1);
});
