/** Pages of long lists are answered by the index of their order, under row-level security, however many tenants there are. */
import type { Actor } from '../../../kernel/actor';
import { databaseOf } from '../../../kernel/room-host';
import type { RoomDatabase } from '../../../kernel/database/room-database';
import { readTransaction } from '../../../kernel/read-transaction';
import type { Transaction } from '../../../kernel/transaction';
import { newId } from '../../../schema/ids';
import { openPage, sealCursor } from '../../../schema/page';
import { agencyRepository } from '../../../subgraphs/agencies/agency.repository';
import { engagementRepository } from '../../../subgraphs/agencies/engagement.repository';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { entrustmentAgreementRepository } from '../../../subgraphs/creditors/entrustment-agreement.repository';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { testDatabase } from '../../support/test-database';
import { agencyActor, staffOf } from '../../support/two-banks';

const database = testDatabase(databaseOf(creditorsRoom), databaseOf(agenciesRoom));
const CREDITOR = newId('creditor');
const AGENCY = newId('agency');
const staff = staffOf(CREDITOR, 'clerk');
const TENANTS = 40;
const ROWS_PER_TENANT = 100;

let creditors: RoomDatabase;
let agencies: RoomDatabase;

const RIGHT = `insert into standing_right (id, kind, holder, creditor_id, purposes, categories, scopes, valid_from, valid_until, stream_n, opened_at_index)
  values ($1, 'AUTHORITY', 'clerk', $2, '{}', '{}', '{}', now() - interval '1 day', now() + interval '1 day', 1, 0)`;

beforeAll(async () => {
  creditors = await database.open(databaseOf(creditorsRoom));
  agencies = await database.open(databaseOf(agenciesRoom));
  for (const { worker } of [creditors, agencies]) await worker.query(RIGHT, [newId('authority'), CREDITOR]);
  const tenants = [CREDITOR, ...Array.from({ length: TENANTS - 1 }, () => newId('creditor'))];
  const admin = await database.admin();
  await admin.query(`insert into creditors.creditor (id, code, name, jurisdiction, registered_at) select id, id, id, 'CN', now() from unnest($1::text[]) id`, [tenants]);
  await admin.query(
    `insert into creditors.entrustment_agreement (id, creditor_id, agency_id, products, regions, days_past_due_min, purposes, categories, channels, fee_schedule, valid_from, valid_until, sub_delegation, document_hash, signed_at)
      select 'agreement_' || t.n || '_' || i, t.id, case when i % 50 = 0 then $2 else 'agency_' || i end, '{P}', '{R}', 0, '{COLLECTION}', '{CONTACT}', '{PHONE}', '{}', now(), now() + interval '1 year', false, '', now() + i * interval '1 second'
      from unnest($1::text[]) with ordinality t(id, n), generate_series(1, ${ROWS_PER_TENANT}) i`,
    [tenants, AGENCY],
  );
  await admin.query(
    `insert into agencies.agency (id, name, jurisdiction, registration_number, registered_at)
      select case when i = 1 then $1 else 'agency_' || i end, 'Agency ' || i, 'CN', i, now() from generate_series(1, ${TENANTS * ROWS_PER_TENANT}) i`,
    [AGENCY],
  );
  await admin.query(
    `insert into agencies.engagement (id, creditor_id, agency_id, state, proposed_at, state_since)
      select 'engagement_' || t.n || '_' || i, t.id, 'agency_' || (t.n * ${ROWS_PER_TENANT} - i + 2), 'PROPOSED', now() + i * interval '1 second', now()
      from unnest($1::text[]) with ordinality t(id, n), generate_series(2, ${ROWS_PER_TENANT}) i`,
    [tenants],
  );
  await admin.query('analyze creditors.entrustment_agreement, agencies.agency, agencies.engagement');
});

/** The plan of the one statement that `task` sends, as the actor. */
async function planOf(room: RoomDatabase, actor: Actor, task: (transaction: Transaction) => Promise<unknown>): Promise<string> {
  return readTransaction({ database: room.request, now: new Date(), boundMs: 2_000 }, actor, async (transaction) => {
    let plan = '';
    const prepared = async <T>(_name: string, sql: string, values: readonly unknown[]): Promise<T[]> => {
      plan = (await transaction.query<Record<string, string>>(`explain ${sql}`, values)).map((row) => row['QUERY PLAN']).join('\n');
      return [];
    };
    await task(Object.assign(Object.create(transaction) as Transaction, { prepared }));
    return plan;
  });
}

const binding = (audience: Actor['audience']) => ({ audience, sort: 'any' });
const firstPage = (actor: Actor) => openPage({ first: 20 }, binding(actor.audience));
const laterPage = (actor: Actor) => openPage({ first: 20, after: sealCursor(binding(actor.audience), [new Date().toISOString(), 'x']) }, binding(actor.audience));
const lastPage = (actor: Actor) => openPage({ last: 20 }, binding(actor.audience));

describe.each([
  ['first', firstPage],
  ['later', laterPage],
  ['last', lastPage],
] as const)('the %s page', (_which, page) => {
  it.each<[string, () => RoomDatabase, Actor, (actor: Actor, transaction: Transaction) => Promise<unknown>, string]>([
    ["a bank's agreements", () => creditors, staff, (actor, transaction) => entrustmentAgreementRepository.page(actor, transaction, page(actor)), 'entrustment_agreement_order'],
    ["an agency's agreements", () => creditors, agencyActor(AGENCY), (actor, transaction) => entrustmentAgreementRepository.page(actor, transaction, page(actor)), 'entrustment_agreement_agency'],
    ['agreements of many creditors', () => creditors, staff, (actor, transaction) => entrustmentAgreementRepository.pageOfCreditors(transaction, [CREDITOR], page(actor)), 'entrustment_agreement_order'],
    ["a bank's engagements", () => agencies, staff, (actor, transaction) => engagementRepository.page(actor, transaction, page(actor)), 'engagement_order'],
  ])('of %s reads an index and sorts no table', async (_list, room, actor, task, index) => {
    const plan = await planOf(room(), actor, (transaction) => task(actor, transaction));
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan on (entrustment_agreement|engagement)/);
  });
});

it('the register by name reads its index', async () => {
  const page = openPage({ first: 20, after: sealCursor(binding('INTERNAL'), ['Agency 2', 'x']) }, binding('INTERNAL'));
  const plan = await planOf(agencies, staff, (transaction) => agencyRepository.page(staff, transaction, page));
  expect(plan).toContain('Index Scan using agency_order on agency');
});
