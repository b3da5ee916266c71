/** A room's database: who may do what, exact numbers, forward-only migrations. */
import { Client } from 'pg';
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { PreparedConfig } from '../../../kernel/config';
import type { DatabaseDefinition } from '../../../kernel/database/definition';
import { migrateRoom } from '../../../kernel/database/migrate';
import { sqlState } from '../../../kernel/database/postgres-errors';
import { roleName, roleUrl } from '../../../kernel/database/roles';
import type { RoomDatabase } from '../../../kernel/database/room-database';
import { Secret } from '../../../kernel/secret';
import { testDatabase } from '../../support/test-database';

@Entity('parcel')
class ParcelRow {
  @PrimaryColumn('text') id!: string;
  @Column('bigint', { name: 'amount_minor' }) amountMinor!: number;
  @Column('timestamptz', { name: 'sent_at' }) sentAt!: Date;
  @Column('text') tenant!: string;
}

class Parcel1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table parcel (id text primary key, amount_minor bigint not null, sent_at timestamptz not null, tenant text not null);
      alter table parcel enable row level security;
      create policy parcel_request on parcel to cession_debts_request using (tenant = current_setting('app.tenant', true));
      create policy parcel_worker on parcel to cession_debts_worker using (true);
      grant select, insert on parcel to cession_debts_request;
      grant select, insert, delete on parcel to cession_debts_worker;
    `);
  }
  async down(): Promise<void> {}
}

class Weight1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table parcel add column weight_grams integer not null default 0');
  }
  async down(): Promise<void> {}
}

class Broken1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table parcel add column half_done text');
    await runner.query('select 1 / 0');
  }
  async down(): Promise<void> {}
}

class Nameless implements MigrationInterface {
  async up(): Promise<void> {}
  async down(): Promise<void> {}
}

const DEBTS: DatabaseDefinition = { room: 'debts', rows: [ParcelRow], migrations: [Parcel1700000000001] };
const database = testDatabase(DEBTS);
let debts: RoomDatabase;

beforeAll(async () => {
  debts = await database.open(DEBTS);
  await debts.worker.query(`insert into parcel values ('p1', 9007199254740991, '2026-11-21T20:20:10.123Z', 'blue'), ('p2', 5, now(), 'red')`);
});

describe('the request role', () => {
  it('sees no row without a row scope', async () => {
    expect(await debts.request.getRepository(ParcelRow).find()).toEqual([]);
  });

  it('sees the rows of its row scope and no others', async () => {
    const ids = await debts.request.transaction(async (manager) => {
      await manager.query(`select set_config('app.tenant', 'blue', true)`);
      return (await manager.find(ParcelRow)).map(({ id }) => id);
    });
    expect(ids).toEqual(['p1']);
  });

  it.each([
    ['change a table', 'alter table debts.parcel add column x text', '42501'],
    ['make a table', 'create table debts.mine (id text)', '42501'],
    ['make a table in the public schema', 'create table public.mine (id text)', '42501'],
    ['switch row security off', 'alter table debts.parcel disable row level security', '42501'],
    ['delete without a grant', 'delete from debts.parcel', '42501'],
    ['become the owner', 'set role cession_debts_owner', '42501'],
    ['become the worker', 'set role cession_debts_worker', '42501'],
  ])('may not %s', async (_what, sql, code) => {
    const error: unknown = await debts.request.query(sql).catch((thrown: unknown) => thrown);
    expect(sqlState(error)).toBe(code);
  });
});

describe('the worker role', () => {
  it('passes its own policy', async () => {
    const { rows } = await debts.worker.query('select id from parcel order by id');
    expect(rows).toEqual([{ id: 'p1' }, { id: 'p2' }]);
  });

  it('owns nothing', async () => {
    const { rows } = await debts.worker.query<{ tableowner: string }>(`select tableowner from pg_tables where schemaname = 'debts' and tablename = 'parcel'`);
    expect(rows).toEqual([{ tableowner: roleName('debts', 'owner') }]);
  });
});

describe('a stored number', () => {
  it('is a number up to 2^53 - 1, through TypeORM and through the worker', async () => {
    const { rows } = await debts.worker.query<{ amount_minor: unknown; sent_at: unknown }>(`select amount_minor, sent_at from parcel where id = 'p1'`);
    expect(rows[0]).toEqual({ amount_minor: Number.MAX_SAFE_INTEGER, sent_at: new Date('2026-11-21T20:20:10.123Z') });
    const row = await debts.request.transaction(async (manager) => {
      await manager.query(`select set_config('app.tenant', 'blue', true)`);
      return manager.findOneByOrFail(ParcelRow, { id: 'p1' });
    });
    expect(row).toMatchObject({ amountMinor: Number.MAX_SAFE_INTEGER, sentAt: new Date('2026-11-21T20:20:10.123Z') });
  });

  it('is refused beyond that instead of rounded', async () => {
    await expect(debts.worker.query('select 9007199254740993::bigint as n')).rejects.toThrow('beyond 2^53');
  });
});

describe('every connection', () => {
  it.each(['request', 'worker'] as const)('of the %s role resolves names in the room and has time limits', async (kind) => {
    const sql = `select current_setting('search_path') as path, current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle, current_user as who`;
    const rows: unknown = kind === 'request' ? await debts.request.query(sql) : (await debts.worker.query(sql)).rows;
    expect(rows).toEqual([{ path: 'debts,pg_temp', statement: kind === 'request' ? '5s' : '2min', idle: '1min', who: roleName('debts', kind) }]);
  });
});

describe('a migration', () => {
  const next: DatabaseDefinition = { ...DEBTS, migrations: [Parcel1700000000001, Weight1700000000002] };

  it('runs once, however many processes start together', async () => {
    const ran = await Promise.all([1, 2, 3, 4].map(() => migrateRoom(database.config, next)));
    expect(ran.flat()).toEqual(['Weight1700000000002']);
  });

  it('that fails leaves nothing of itself', async () => {
    const broken = { ...next, migrations: [...next.migrations, Broken1700000000003] };
    await expect(migrateRoom(database.config, broken)).rejects.toThrow('division by zero');
    const { rows } = await debts.worker.query(`select column_name from information_schema.columns where table_schema = 'debts' and column_name = 'half_done'`);
    expect(rows).toEqual([]);
  });

  it('of a newer release keeps an older one from starting', async () => {
    await expect(migrateRoom(database.config, DEBTS)).rejects.toThrow('has been changed by another release (Weight1700000000002)');
  });

  it.each([
    ['without a timestamp', [Nameless]],
    ['out of order', [Weight1700000000002, Parcel1700000000001]],
    ['listed twice', [Parcel1700000000001, Parcel1700000000001]],
  ])('%s is refused', async (_how, migrations) => {
    const definition = { ...DEBTS, migrations };
    await expect(migrateRoom(database.config, definition)).rejects.toThrow('13-digit timestamps, oldest first');
  });
});

describe('another room', () => {
  const CREDITORS: DatabaseDefinition = { room: 'creditors', rows: [], migrations: [] };

  it('cannot read this room, not even as its worker', async () => {
    await migrateRoom(database.config, CREDITORS);
    const creditors = await database.open(CREDITORS);
    const error: unknown = await creditors.worker.query('select * from debts.parcel').catch((thrown: unknown) => thrown);
    expect(sqlState(error)).toBe('42501');
  });
});

describe('a wrong master key', () => {
  it('is found at start by the fingerprint in the database', async () => {
    const wrong: PreparedConfig = { ...database.config, masterKey: new Secret(Buffer.alloc(32)) };
    await expect(migrateRoom(wrong, DEBTS)).rejects.toThrow("The master key is wrong: the debts room's database was made with another one.");
  });

  it('opens no role', async () => {
    const wrong: PreparedConfig = { ...database.config, masterKey: new Secret(Buffer.alloc(32)) };
    const client = new Client({ connectionString: roleUrl(wrong, 'debts', 'worker').reveal() });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });
});
