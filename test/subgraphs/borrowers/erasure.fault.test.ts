/**
 * An erasure killed between its entry and the destruction of the key, at every statement: no key is gone without an entry, and
 * with the entry every key goes in the end, once.
 */
import type { Pool } from 'pg';
import { Follower, type FollowMeans } from '../../../kernel/follower/follower';
import { withStanding } from '../../../kernel/follower/standing.follower';
import type { Ledger } from '../../../kernel/ledger';
import { KEY_STORE_DATABASE } from '../../../kernel/vault/key-store';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { dyingPool } from '../../support/dying-pool';
import { testRooms } from '../../support/test-rooms';
import { WholeLog } from '../../support/whole-log';
import { erase, openCreditor, PARTICULARS, register } from './scene';

/** While held, the room learns nothing new from the ledger, or the ledger nothing from the room. */
const follower = gate();
const relay = gate();
function gate() {
  const state = { held: Promise.resolve(), release: () => undefined as void, hold: () => void (state.held = new Promise((resolve) => (state.release = resolve))) };
  return state;
}

const wrapLedger = (ledger: Ledger): Ledger => ({
  room: ledger.room,
  sentAfter: (...asked) => ledger.sentAfter(...asked),
  append: async (...parameters) => {
    await relay.held;
    return ledger.append(...parameters);
  },
  read: async (...parameters) => {
    await follower.held;
    const page = await ledger.read(...parameters);
    await follower.held;
    return page;
  },
});

const rooms = testRooms([borrowersRoom], { wrapLedger });
const log = new WholeLog(rooms.database);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function rowOf(borrowerId: string): Promise<{ erasedAt: Date | null; ledgerIndex: number | null; name: Buffer | null }> {
  const sql = 'select e.erased_at as "erasedAt", e.ledger_index as "ledgerIndex", b.name from borrower b left join erasure e on e.borrower_id = b.id where b.id = $1';
  return (await rooms.room('borrowers').database.worker.query(sql, [borrowerId])).rows[0] as never;
}

async function registered() {
  const { staff } = await openCreditor(rooms);
  const { borrower } = await register(rooms, staff, { ...PARTICULARS, nationalId: `SYN-F-${Date.now()}-${Math.random()}`.replace('.', '') });
  return { staff, borrowerId: borrower!.id };
}

const entriesOf = async (borrowerId: string) => (await log.events('borrowers.BorrowerErased')).filter(({ hidden }) => hidden['borrowerId'] === borrowerId);

async function expectErasedOnce(borrowerId: string): Promise<void> {
  const entries = await entriesOf(borrowerId);
  expect(entries).toHaveLength(1);
  expect(await rowOf(borrowerId)).toEqual({ name: null, erasedAt: expect.any(Date) as Date, ledgerIndex: entries[0]!.index });
  expect(await rooms.keyStore.keys([borrowerId])).toEqual(new Map());
}

/** Orders the erasure while the room follows nothing; resolves when its entry is in the ledger. */
async function ordered() {
  const { staff, borrowerId } = await registered();
  follower.hold();
  const answering = erase(rooms, staff, borrowerId);
  while ((await entriesOf(borrowerId)).length === 0) await pause(5);
  return { borrowerId, answering };
}

/** Follows as the room does, until it dies or has come to the end. */
async function followUntil(isDead: () => boolean, means: { worker: Pool } & FollowMeans): Promise<void> {
  const ledger = rooms.ledger.ledgerFor('borrowers');
  const { size } = await ledger.read(0, 1, 0);
  const dying = new Follower({ ...means, ledger, following: withStanding(borrowersRoom.following), onHalt: () => undefined, onTrouble: () => undefined });
  dying.start();
  const isAtEnd = async () => (await means.worker.query<{ next_index: number }>('select next_index from follower')).rows[0]!.next_index >= size;
  while (!isDead() && !(await isAtEnd())) await pause(2);
  await dying.stop();
}

/** begin, three of forgetting, three for the person, the erasure's row, the position, commit. */
const STATEMENTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('an erasure killed behind its entry is carried out once by who comes after', () => {
  it.each(STATEMENTS.flatMap((dieAt) => [false, true].map((persisted) => ({ dieAt, persisted }))))('at statement $dieAt, persisted: $persisted', async ({ dieAt, persisted }) => {
    const { borrowerId, answering } = await ordered();
    expect((await rooms.keyStore.keys([borrowerId])).size).toBe(1);
    const { pool, isDead } = dyingPool(rooms.room('borrowers').database.worker, dieAt, persisted);
    await followUntil(isDead, { worker: pool, keyStore: rooms.keyStore });
    expect(isDead()).toBe(true);
    follower.release();
    expect(await answering).toMatchObject({ __typename: 'BorrowerErased', pending: false });
    await expectErasedOnce(borrowerId);
  });

  it.each([false, true])('at the destruction of the key, destroyed: %s', async (destroyed) => {
    const { borrowerId, answering } = await ordered();
    let dead = false;
    const destroyKeys = async (subjectIds: readonly string[]): Promise<number> => {
      if (destroyed) await rooms.keyStore.destroyKeys(subjectIds);
      dead = true;
      throw new Error('the key store went away');
    };
    await followUntil(() => dead, { worker: rooms.room('borrowers').database.worker, keyStore: { destroyKeys } });
    // Nothing of the room says so before it is true.
    expect(await rowOf(borrowerId)).toMatchObject({ erasedAt: null, name: expect.any(Buffer) as Buffer });
    follower.release();
    expect(await answering).toMatchObject({ __typename: 'BorrowerErased' });
    await expectErasedOnce(borrowerId);
  });
});

describe('a key store restored from a backup that is older than an erasure', () => {
  it('loses the key again before the room applies another entry, however often that fails first', async () => {
    const { staff, borrowerId } = await registered();
    const neighbour = await registered();
    const keys = await rooms.database.open(KEY_STORE_DATABASE);
    const backup = await keys.worker.query<{ wrapped: Buffer }>('select wrapped from subject_key where subject_id = $1', [borrowerId]);
    await erase(rooms, staff, borrowerId);
    await keys.worker.query('update subject_key set wrapped = $2, destroyed_at = null where subject_id = $1', [borrowerId, backup.rows[0]!.wrapped]);
    expect((await rooms.keyStore.keys([borrowerId])).size).toBe(1);

    let failures = 2;
    const { worker } = rooms.room('borrowers').database;
    const destroyKeys = (subjectIds: readonly string[]) => (failures-- > 0 ? Promise.reject(new Error('the key store is still away')) : rooms.keyStore.destroyKeys(subjectIds));
    const before = () => borrowersRoom.beforeFollowing!(worker, { keyStore: { destroyKeys } });
    let isKept = false;
    const ledger = rooms.ledger.ledgerFor('borrowers');
    const read: Ledger['read'] = async (...parameters) => {
      isKept = (await rooms.keyStore.keys([borrowerId])).size === 0;
      return ledger.read(...parameters);
    };
    const starting = new Follower({ worker, ledger: { ...ledger, read }, keyStore: rooms.keyStore, following: new Map(), before, onHalt: () => undefined, onTrouble: () => undefined });
    starting.start();
    while (!isKept && failures > -5) await pause(5);
    await starting.stop();
    expect([isKept, failures]).toEqual([true, -1]);
    expect((await rooms.keyStore.keys([neighbour.borrowerId])).size).toBe(1);
  });
});

describe('an erasure ordered while the ledger is away', () => {
  it('destroys nothing until the ledger has its entry, and says that it is pending', async () => {
    const { staff, borrowerId } = await registered();
    relay.hold();
    const answer = await erase(rooms, staff, borrowerId);
    expect(answer).toMatchObject({ __typename: 'BorrowerErased', pending: true, ledgerIndex: null, borrower: { erasure: { erasedAt: null, erasurePending: null } } });
    expect((await rooms.keyStore.keys([borrowerId])).size).toBe(1);
    relay.release();
    while ((await rooms.keyStore.keys([borrowerId])).size > 0) await pause(5);
    await rooms.settled();
    await expectErasedOnce(borrowerId);
  });
});
