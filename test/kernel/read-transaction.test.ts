/** A read-only transaction: begun by its first statement, one snapshot, under the scope of one actor and no other. */
import type { Client } from 'pg';
import type { Actor } from '../../kernel/actor';
import type { RoomDatabase } from '../../kernel/database/room-database';
import { ReadTransaction, readTransaction, type ReadPlace } from '../../kernel/read-transaction';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import type { Transaction } from '../../kernel/transaction';
import { testDatabase } from '../support/test-database';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const SCOPE = `select current_setting('cession.audience', true) as audience, current_setting('cession.sub', true) as sub, current_setting('cession.org', true) as org`;
const ENTRY = 'select next_index::int as next from follower';

const actor: Actor = { audience: 'PARTNER', sub: "o'clerk", org: 'agency_1', scopes: [], purpose: null, method: 'token' };

const database = testDatabase(DEBTS);
let room: RoomDatabase;
let admin: Client;

beforeAll(async () => {
  room = await database.open(DEBTS);
  admin = await database.admin();
});

const follow = (next: number, changed = next - 1) => admin.query(`update debts.follower set next_index = $1, changed_index = $2, confirmed_at = now()`, [next, changed]);

function placeOf(change: Partial<ReadPlace> = {}): ReadPlace {
  return { database: room.request, boundMs: 60_000, clock: () => new Date(), standsOn: -1, deadlineMs: 2_000, ...change };
}

async function within<T>(change: Partial<ReadPlace>, task: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
  const transaction = await ReadTransaction.connect(placeOf(change), actor);
  try {
    return await task(transaction);
  } finally {
    await transaction.end();
  }
}

const read = <T>(task: (transaction: Transaction) => Promise<T>) => readTransaction({ database: room.request, now: new Date(), boundMs: 60_000 }, actor, task);
const server = async (transaction: Transaction) => (await transaction.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;

describe('a read', () => {
  beforeEach(() => follow(5));

  it.each<[string, (transaction: Transaction, sql: string) => Promise<unknown[]>]>([
    ['a prepared statement', (transaction, sql) => transaction.prepared('scope', sql, [])],
    ['a plain statement', (transaction, sql) => transaction.query(sql)],
  ])('begun by %s is under the scope of its actor', async (_what, ask) => {
    expect(await read((transaction) => ask(transaction, SCOPE))).toEqual([{ audience: 'PARTNER', sub: "o'clerk", org: 'agency_1' }]);
  });

  it('leaves no scope on its connection', async () => {
    const pid = await read(server);
    expect(await room.request.query(`${SCOPE}, pg_backend_pid() as pid`)).toEqual([{ audience: '', sub: '', org: '', pid }]);
  });

  it('stands where its first statement found the room', async () => {
    await follow(9, 6);
    await within({}, async (transaction) => {
      expect(transaction.isOpen).toBe(false);
      expect(() => transaction.standing).toThrow('first statement');
      await transaction.prepared('first', ENTRY, []);
      expect(transaction.standing).toEqual({ index: 8, changedIndex: 6, behind: false });
    });
  });

  it('stands somewhere without having read anything', async () => {
    expect(await within({}, (transaction) => transaction.stand())).toEqual({ index: 4, changedIndex: 4, behind: false });
  });

  it('is one snapshot for all its statements, whoever comes first', async () => {
    await within({}, async (transaction) => {
      const first = await Promise.all(['a', 'b', 'c'].map((name) => transaction.prepared(name, ENTRY, [])));
      await follow(7);
      const later = await transaction.query(ENTRY);
      expect([...first, later]).toEqual(Array(4).fill([{ next: 5 }]));
      expect(transaction.standing.index).toBe(4);
    });
    expect(await read((transaction) => transaction.query(ENTRY))).toEqual([{ next: 7 }]);
  });

  it('writes nothing', async () => {
    await expect(read((transaction) => transaction.query('create temporary table mine (id text)'))).rejects.toMatchObject({ code: '25006' });
    await expect(read((transaction) => transaction.prepared('write', 'update follower set next_index = 0', []))).rejects.toMatchObject({ code: expect.stringMatching(/^(25006|42501)$/) as unknown });
  });

  it('is behind where no follower has begun', async () => {
    await admin.query('create table debts.kept as table debts.follower; delete from debts.follower');
    expect(await within({}, (transaction) => transaction.stand())).toEqual({ index: -1, changedIndex: -1, behind: true });
    await admin.query('insert into debts.follower table debts.kept; drop table debts.kept');
  });
});

describe('a read that must stand on an entry', () => {
  beforeEach(() => follow(5));

  it('waits until the room has followed to it, and decides at an instant after that', async () => {
    const asked = new Date();
    const waiting = within({ standsOn: 5 }, async (transaction) => ({ rows: await transaction.prepared('first', ENTRY, []), now: transaction.now, index: transaction.standing.index }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    const followed = new Date();
    await follow(6);
    const answer = await waiting;
    expect(answer).toMatchObject({ rows: [{ next: 6 }], index: 5 });
    expect(followed.getTime()).toBeGreaterThan(asked.getTime());
    expect(answer.now.getTime()).toBeGreaterThanOrEqual(followed.getTime());
  });

  it('is refused after its deadline, for every statement', async () => {
    const pid = await read(server);
    await within({ standsOn: 5, deadlineMs: 20 }, async (transaction) => {
      await expect(transaction.prepared('first', ENTRY, [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(transaction.query(ENTRY)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
    // It was refused, nothing broke: the connection is as good as before.
    expect(await Promise.all(Array.from({ length: 12 }, () => read(server)))).toContain(pid);
  });
});

describe('a read whose first statement fails', () => {
  beforeEach(() => follow(5));

  it.each<[string, string, string]>([
    ['when it is parsed', 'select no_such_column from follower', '42703'],
    ['when it runs', 'select 1 / (next_index - next_index) from follower', '22012'],
  ])('%s leaves nobody its connection', async (_when, sql, code) => {
    let pid = 0;
    await within({}, async (transaction) => {
      pid = (transaction as unknown as { client: { processID: number } }).client.processID;
      await expect(transaction.prepared(`broken ${code}`, sql, [])).rejects.toMatchObject({ code });
      await expect(transaction.query(ENTRY)).rejects.toMatchObject({ code });
    });
    const { rows } = await admin.query('select 1 from pg_stat_activity where pid = $1 and state <> $2', [pid, 'idle']);
    expect(rows).toEqual([]);
    const later = await Promise.all(Array.from({ length: 12 }, () => read(server)));
    expect(later).not.toContain(pid);
  });

  it('leaves a later statement that fails to its own caller, and the connection to others', async () => {
    let pid = 0;
    await within({}, async (transaction) => {
      pid = await server(transaction);
      await expect(transaction.query('select no_such_column from follower')).rejects.toMatchObject({ code: '42703' });
    });
    const later = await Promise.all(Array.from({ length: 12 }, () => read(server)));
    expect(later).toContain(pid);
  });
});
