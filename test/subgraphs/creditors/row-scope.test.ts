/** Row-level security of the creditors and agencies rooms: what PostgreSQL itself refuses, whatever a repository asks for. */
import { readTransaction } from '../../../kernel/read-transaction';
import { writeTransaction, type Transaction } from '../../../kernel/transaction';
import type { Actor } from '../../../kernel/actor';
import { databaseOf } from '../../../kernel/room-host';
import type { RoomDatabase } from '../../../kernel/database/room-database';
import { newId } from '../../../schema/ids';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { creditorRepository } from '../../../subgraphs/creditors/creditor.repository';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { testDatabase } from '../../support/test-database';
import { agencyActor, staffOf } from '../../support/two-banks';

const database = testDatabase(databaseOf(creditorsRoom), databaseOf(agenciesRoom));

const [NORTH, SOUTH] = [newId('creditor'), newId('creditor')];
const [AGENCY, OTHER_AGENCY] = [newId('agency'), newId('agency')];
const REGULATOR = newId('regulator');
const PERSON = newId('person');

const staff = staffOf(NORTH, 'clerk');
const regulator: Actor = { ...staff, audience: 'REGULATOR', org: REGULATOR };
const borrower: Actor = { ...staff, audience: 'BORROWER', sub: PERSON, org: PERSON };

let creditors: RoomDatabase;
let agencies: RoomDatabase;

const RIGHT = `insert into standing_right (id, kind, holder, creditor_id, borrower_id, purposes, categories, scopes, valid_from, valid_until, stream_n, opened_at_index, closed_at_index)
  values ($1, $2, $3, $4, $5, '{}', '{}', '{}', now() - interval '1 day', now() + $6::interval, 1, 0, $7)`;

async function standing({ worker }: RoomDatabase): Promise<void> {
  await worker.query(RIGHT, [newId('authority'), 'AUTHORITY', 'clerk', NORTH, null, '1 day', null]);
  await worker.query(RIGHT, [newId('authority'), 'AUTHORITY', 'expired', NORTH, null, '-1 hour', null]);
  await worker.query(RIGHT, [newId('authority'), 'AUTHORITY', 'revoked', NORTH, null, '1 day', 5]);
  await worker.query(RIGHT, [newId('mandate'), 'MANDATE', REGULATOR, NORTH, null, '1 day', null]);
  await worker.query(`insert into standing_engagement (id, creditor_id, agency_id, state, stream_n) values ($1, $2, $3, 'SUSPENDED', 1)`, [newId('engagement'), NORTH, AGENCY]);
  await worker.query(`insert into standing_engagement (id, creditor_id, agency_id, state, stream_n) values ($1, $2, $3, 'ENDED', 1)`, [newId('engagement'), SOUTH, AGENCY]);
  await worker.query('insert into standing_person (borrower_id, person_id, creditor_id) values ($1, $2, $3)', [newId('borrower'), PERSON, NORTH]);
}

const AGREEMENT = `insert into entrustment_agreement (id, creditor_id, agency_id, products, regions, days_past_due_min, purposes, categories, channels, fee_schedule, valid_from, valid_until, sub_delegation, document_hash, signed_at)
  values ($1, $2, $3, '{P}', '{R}', 0, '{COLLECTION}', '{CONTACT}', '{PHONE}', '{}', now(), now() + interval '1 year', false, '', now())`;
const AUTHORITY = `insert into staff_authority (id, creditor_id, staff_sub, purposes, categories, scopes, valid_from, valid_until, granted_at)
  values ($1, $2, 'x', '{}', '{}', '{}', now(), now() + interval '1 year', now())`;

beforeAll(async () => {
  creditors = await database.open(databaseOf(creditorsRoom));
  agencies = await database.open(databaseOf(agenciesRoom));
  for (const room of [creditors, agencies]) await standing(room);
  for (const [id, code] of [[NORTH, 'north'], [SOUTH, 'south']]) {
    await creditors.worker.query(`insert into creditor (id, code, name, jurisdiction, registered_at) values ($1, $2, $2, 'CN', now())`, [id, code]);
    await creditors.worker.query(AUTHORITY, [newId('authority'), id]);
    for (const agency of [AGENCY, OTHER_AGENCY]) await creditors.worker.query(AGREEMENT, [newId('agreement'), id, agency]);
  }
  const admin = await database.admin();
  for (const [id, number] of [[AGENCY, '1'], [OTHER_AGENCY, '2']]) {
    await admin.query(`insert into agencies.agency (id, name, jurisdiction, registration_number, registered_at) values ($1, $2, 'CN', $2, now())`, [id, number]);
    for (const creditor of [NORTH, SOUTH]) {
      await admin.query(`insert into agencies.engagement (id, creditor_id, agency_id, state, proposed_at, state_since) values ($1, $2, $3, 'PROPOSED', now(), now())`, [newId('engagement'), creditor, id]);
    }
  }
});

const read = <T>(room: RoomDatabase, actor: Actor, task: (transaction: Transaction) => Promise<T>): Promise<T> =>
  readTransaction({ database: room.request, now: new Date(), boundMs: 2_000 }, actor, task);

const count = (room: RoomDatabase, actor: Actor, table: string) => read(room, actor, async (transaction) => (await transaction.query(`select 1 from ${table}`)).length);

describe('a query without any condition', () => {
  it.each<[string, Actor, [number, number, number, number]]>([
    ['staff of one bank', staff, [1, 1, 2, 2]],
    ['staff whose authority has expired', staffOf(NORTH, 'expired'), [0, 0, 0, 0]],
    ['staff whose authority was revoked', staffOf(NORTH, 'revoked'), [0, 0, 0, 0]],
    ['staff who name a bank that is not theirs', staffOf(SOUTH, 'clerk'), [0, 0, 0, 0]],
    ['an agency', agencyActor(AGENCY), [1, 0, 2, 2]],
    ['an agency that is engaged by nobody', agencyActor(newId('agency')), [0, 0, 0, 0]],
    ['a regulator of one bank', regulator, [1, 1, 2, 2]],
    ['a regulator without a mandate', { ...regulator, org: newId('regulator') }, [0, 0, 0, 0]],
    ['a borrower', borrower, [1, 0, 0, 0]],
    ['a borrower of nobody', { ...borrower, sub: newId('person') }, [0, 0, 0, 0]],
  ])('by %s finds only what is theirs', async (_who, actor, [creditor, authority, agreement, engagement]) => {
    expect(await count(creditors, actor, 'creditor')).toBe(creditor);
    expect(await count(creditors, actor, 'staff_authority')).toBe(authority);
    expect(await count(creditors, actor, 'entrustment_agreement')).toBe(agreement);
    expect(await count(agencies, actor, 'engagement')).toBe(engagement);
  });

  it.each<[string, Actor, number]>([
    ['staff', staff, 2],
    ['staff whose authority was revoked', staffOf(NORTH, 'revoked'), 0],
    ['an agency', agencyActor(AGENCY), 1],
    ['a regulator', regulator, 2],
    ['a borrower whose debts are with nobody', borrower, 0],
  ])('of the register by %s finds what is open to them', async (_who, actor, expected) => {
    expect(await count(agencies, actor, 'agency')).toBe(expected);
  });
});

describe('a write', () => {
  const write = (room: RoomDatabase, actor: Actor, sql: string, values: unknown[] = []) =>
    writeTransaction({ database: room.request, now: new Date(), boundMs: 2_000 }, actor, (transaction) => transaction.query(sql, values));

  it("into another bank's rows is refused by the database", async () => {
    await expect(write(creditors, staff, AGREEMENT, [newId('agreement'), SOUTH, AGENCY])).rejects.toThrow(/row-level security/);
    await expect(write(creditors, staff, AUTHORITY, [newId('authority'), SOUTH])).rejects.toThrow(/row-level security/);
  });

  it("to another bank's rows changes none", async () => {
    const updated = await write(creditors, staff, `update entrustment_agreement set terminated_at = now(), termination_reason = 'BREACH' where creditor_id = $1 returning id`, [SOUTH]);
    expect(updated).toEqual([]);
  });

  it.each([
    ['the terms of an agreement', () => creditors, `update entrustment_agreement set purposes = '{SUPERVISION}'`],
    ['the scopes of an authority', () => creditors, `update staff_authority set scopes = '{authorities:write}'`],
    ['the name of a creditor', () => creditors, `update creditor set name = 'x'`],
    ['the parties of an engagement', () => agencies, `update engagement set agency_id = 'x'`],
    ['an attestation', () => agencies, `update security_attestation set valid_until = now()`],
    ['what stands', () => creditors, `update standing_right set closed_at_index = null`],
  ])('to %s is nobody\'s to make', async (_what, room, sql) => {
    await expect(write(room(), staff, sql)).rejects.toThrow(/permission denied/);
  });
});

describe('a creditor out of scope', () => {
  it('is read by the very statements of one that does not exist', async () => {
    const statementsFor = (id: string) =>
      read(creditors, staff, async (transaction) => {
        const statements: string[] = [];
        const prepared: Transaction['prepared'] = (name, sql, values) => (statements.push(sql), transaction.prepared(name, sql, values));
        const rows = await creditorRepository.byIds({ ...transaction, prepared }, [id]);
        return { statements, rows };
      });
    const foreign = await statementsFor(SOUTH);
    expect(foreign).toEqual(await statementsFor(newId('creditor')));
    expect(foreign.rows).toEqual([null]);
    expect((await statementsFor(NORTH)).rows).toMatchObject([{ code: 'north' }]);
  });
});
