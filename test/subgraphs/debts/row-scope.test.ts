/** What PostgreSQL itself refuses in the tables of the debts room, whatever statement a request would send. */
import type { Actor } from '../../../kernel/actor';
import { readTransaction } from '../../../kernel/read-transaction';
import { writeTransaction, type TransactionPlace } from '../../../kernel/transaction';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { activePlacement, command, determinedDebt, openScene, propose, TODAY, type Scene } from './scene';

const rooms = testRooms([debtsRoom]);
const TABLES = ['debt', 'amount_determination', 'placement', 'payment', 'granted_debt'] as const;
type Counts = Record<(typeof TABLES)[number], number>;

const place = (): TransactionPlace => ({ database: rooms.room('debts').services.database, now: new Date(), boundMs: 60_000 });

function visible(actor: Actor): Promise<Counts> {
  return readTransaction(place(), actor, async (transaction) => {
    const counts = TABLES.map(async (table) => [table, (await transaction.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]!.n] as const);
    return Object.fromEntries(await Promise.all(counts)) as Counts;
  });
}

const write = (actor: Actor, sql: string, values: readonly unknown[]) => writeTransaction(place(), actor, (transaction) => transaction.query<{ id: string }>(sql, values));

describe('row scope', () => {
  let scene: Scene;
  let other: Scene;
  let placed: string;
  let unplaced: string;
  let proposed: string;

  beforeAll(async () => {
    scene = await openScene(rooms);
    other = await openScene(rooms);
    placed = (await activePlacement(rooms, scene)).debtId;
    unplaced = await determinedDebt(rooms, scene);
    proposed = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    await activePlacement(rooms, other);
    for (const debtId of [placed, unplaced]) await command(rooms, scene.staff, 'recordPayment', { debtId, amount: { minor: 1, currency: 'TWD' }, receivedOn: TODAY });
    await rooms.settled();
  });

  it.each<[string, (scene: Scene) => Actor, Counts]>([
    ['staff', ({ staff }) => staff, { debt: 3, amount_determination: 3, placement: 2, payment: 2, granted_debt: 1 }],
    ['an agency', ({ agency }) => agency, { debt: 1, amount_determination: 1, placement: 2, payment: 1, granted_debt: 1 }],
    ['a regulator', ({ regulator }) => regulator, { debt: 3, amount_determination: 3, placement: 2, payment: 2, granted_debt: 1 }],
    ['a borrower', ({ borrower }) => borrower, { debt: 3, amount_determination: 3, placement: 2, payment: 2, granted_debt: 1 }],
  ])('shows %s only what is in scope', async (_who, actorOf, counts) => {
    expect(await visible(actorOf(scene))).toEqual(counts);
  });

  it.each<[string, (scene: Scene, other: Scene) => Actor]>([
    ['a member of staff without an authority', ({ staff }) => ({ ...staff, sub: 'nobody' })],
    ['staff of one creditor under the token of another', ({ staff }, { creditorId }) => ({ ...staff, org: creditorId })],
    ['a regulator without a mandate', ({ regulator, agencyId }) => ({ ...regulator, org: agencyId })],
    ['an agency that poses as a creditor', ({ agency }) => ({ ...agency, audience: 'INTERNAL' })],
    ['an audience that does not exist', ({ staff }) => ({ ...staff, audience: 'EVERYONE' as Actor['audience'] })],
  ])('shows %s nothing', async (_who, actorOf) => {
    expect(await visible(actorOf(scene, other))).toEqual({ debt: 0, amount_determination: 0, placement: 0, payment: 0, granted_debt: 0 });
  });

  it('lets nobody change a row out of scope', async () => {
    const change = `update debt set principal_minor = 0 where id = $1 returning id`;
    for (const actor of [other.staff, other.agency, other.borrower]) expect(await write(actor, change, [placed])).toEqual([]);
    expect(await write(scene.agency, change, [unplaced])).toEqual([]);
    expect(await write(other.agency, `update placement set state = 'ACCEPTED' where id = $1 returning id`, [proposed])).toEqual([]);
  });

  it('lets nobody hand a row to another creditor, or delete one', async () => {
    await expect(write(scene.staff, 'update debt set creditor_id = $2 where id = $1', [placed, other.creditorId])).rejects.toThrow('row-level security');
    await expect(write(scene.agency, 'update placement set agency_id = $2 where id = $1', [proposed, other.agencyId])).rejects.toThrow('row-level security');
    await expect(write(scene.staff, 'delete from debt where id = $1', [placed])).rejects.toThrow('permission denied');
    await expect(write(scene.staff, 'update payment set amount_minor = 1 where debt_id = $1', [placed])).rejects.toThrow('permission denied');
  });

  it('keeps requests away from imports and from changing standing', async () => {
    for (const table of ['import_batch', 'debt_staging', 'import_rejection']) await expect(write(scene.staff, `select 1 from ${table}`, [])).rejects.toThrow('permission denied');
    await expect(write(scene.staff, `update standing_right set closed_at_index = null`, [])).rejects.toThrow('permission denied');
    await expect(write(scene.staff, `update standing_agreement set days_past_due_min = 0`, [])).rejects.toThrow('permission denied');
  });

  it('places a debt with two agencies at once for nobody, not even by hand', async () => {
    const { worker } = rooms.room('debts').database;
    const columns = 'debt_id, creditor_id, borrower_id, agency_id, agreement_id, engagement_id, amount_as_of, purposes, categories, state, proposed_at, changed_at';
    const twice = worker.query(`insert into placement (id, ${columns}) select 'placement_x', ${columns} from placement where debt_id = $1`, [placed]);
    await expect(twice).rejects.toThrow('placement_open');
  });
});
