/** A rotation of the master key: killed at any statement, it ends under the new key with one entry, and the old key opens nothing. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client, type Pool } from 'pg';
import { HUB_DATABASES, prepareHub, type PreparedHub } from '../../../hub';
import { DATABASE_ROOMS, freezeDeep, loadConfig, type DatabaseRoom, type PreparedConfig } from '../../../kernel/config';
import { openAdminPool } from '../../../kernel/database/admin-pool';
import { processesConnected } from '../../../kernel/database/logins';
import { migrateRoom } from '../../../kernel/database/migrate';
import { loginName, roleName } from '../../../kernel/database/roles';
import { startDatabaseServer, type DatabaseServer } from '../../../kernel/database/server';
import { openDiagnostics } from '../../../kernel/diagnostics';
import { openKeyStoreRoom } from '../../../kernel/key-store-room';
import { Secret } from '../../../kernel/secret';
import { rotateMasterKey, type MasterRotation } from '../../../kernel/vault/master-rotation';
import { recordMasterRotation } from '../../../subgraphs/borrowers/subgraph';
import { dyingPool } from '../../support/dying-pool';
import { factFaults } from '../../support/event-schemas';

/** A server of its own: the logins of a server are what a rotation changes. */
let home: string;
let server: DatabaseServer;
let hub: PreparedHub;
let current: PreparedConfig;
let pools: Record<DatabaseRoom, Pool>;
let subjectKeys: Map<string, Buffer>;
let index: Buffer;
let rotations = 0;

const subjects = ['borrower_1', 'borrower_2', 'borrower_3', 'borrower_4', 'borrower_5'];

const withKey = (key = randomBytes(32)): PreparedConfig => freezeDeep({ ...current, masterKey: new Secret(key) });

/** Who may create roles and schemas, and nothing else: what DATABASE_URL asks for. */
async function makeOperator(adminUrl: string): Promise<string> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create role operator login createrole password 'operator'`);
  for (const name of ['hub', 'another', 'related']) await client.query(`create database ${name} owner operator`);
  await client.end();
  const url = new URL(adminUrl);
  [url.username, url.password, url.pathname] = ['operator', 'operator', '/hub'];
  return url.toString();
}

beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-master-'));
  await fs.chmod(home, 0o711);
  server = await startDatabaseServer(loadConfig({ CESSION_HOME: path.join(home, 'server') }), 'none');
  const url = await makeOperator(server.adminUrl.reveal());
  hub = await prepareHub(loadConfig({ CESSION_HOME: path.join(home, 'hub'), DATABASE_URL: url, LOG_LEVEL: 'silent' }), openDiagnostics('silent'));
  current = hub.config;
  pools = Object.fromEntries(DATABASE_ROOMS.map((room) => [room, openAdminPool(current, room)])) as Record<DatabaseRoom, Pool>;
  const opened = await openKeyStoreRoom(current);
  subjectKeys = await opened.keyStore.createKeys(subjects);
  await opened.keyStore.createKeys(['borrower_0']);
  await opened.keyStore.destroyKeys(['borrower_0']);
  index = opened.keyStore.blind('field', 'value');
  await opened.close();
});
afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.end()));
  await hub.stop();
  await server.stop();
  await fs.rm(home, { recursive: true, force: true });
});

const rotation = (to: PreparedConfig, more: Partial<MasterRotation> = {}): MasterRotation => ({
  from: current,
  to,
  pools,
  entry: { room: 'borrowers', write: recordMasterRotation },
  pageSize: 2,
  ...more,
});

/** What the first step of a start says with this key, in one room; null: it starts. */
async function refusalOf(config: PreparedConfig, room: DatabaseRoom = 'keystore'): Promise<string | null> {
  return migrateRoom(config, HUB_DATABASES.find((definition) => definition.room === room)!).then(
    () => null,
    (error: unknown) => (error as Error).message,
  );
}

async function entries(): Promise<number> {
  const { rows } = await pools.borrowers.query<{ said: number }>('select count(*)::int as said from outbox');
  return rows[0]!.said;
}

async function expectInForce(to: PreparedConfig): Promise<void> {
  expect(await refusalOf(current)).toContain('The master key is the one before the present');
  await expect(openKeyStoreRoom(current)).rejects.toMatchObject({ code: '28P01' });
  current = to;
  rotations++;
  expect(await refusalOf(current)).toBeNull();
  const opened = await openKeyStoreRoom(current);
  const { keyStore } = opened;
  expect(await keyStore.keys([...subjects, 'borrower_0'])).toEqual(subjectKeys);
  expect(keyStore.blind('field', 'value')).toEqual(index);
  await opened.close();
  expect(await entries()).toBe(rotations);
}

/** Every statement; a commit may also have taken effect when the connection dies. */
const deaths = (room: DatabaseRoom, count: number, commits: readonly number[]) => [
  ...Array.from({ length: count }, (_, dieAt) => ({ room, dieAt, persisted: false })),
  ...commits.map((dieAt) => ({ room, dieAt, persisted: true })),
];
const DEATHS = [...deaths('keystore', 40, [7, 13, 19, 25, 29, 39]), ...deaths('audit', 7, [6]), ...deaths('borrowers', 8, [7])];

describe('a rotation of the master key', () => {
  it('wraps every key anew, and only those that were not destroyed; the blind index stays', async () => {
    const progress: string[] = [];
    const to = withKey();
    expect(await rotateMasterKey(rotation(to, { onProgress: ({ done, total }) => progress.push(`${done}/${total}`) }))).toEqual({ rotation: 1, keys: 5, sharedWith: [] });
    expect(progress).toEqual(['2/5', '4/5', '5/5', '5/5']);
    await expectInForce(to);
    const { rows } = await pools.borrowers.query<{ event: Buffer }>('select event from outbox');
    const said = rows.map(({ event }) => JSON.parse(event.toString('utf8')) as { type: string; facts: unknown });
    expect(said).toMatchObject([{ type: 'borrowers.MasterKeyRotated', facts: { rotation: 1, keys: 5 } }]);
    expect(said.flatMap(({ type, facts }) => factFaults(type, facts))).toEqual([]);
  });

  it.each(DEATHS)('killed in $room at statement $dieAt, persisted: $persisted, goes on where it was', async ({ room, dieAt, persisted }) => {
    const to = withKey();
    const dying = dyingPool(pools[room], dieAt, persisted);
    await expect(rotateMasterKey(rotation(to, { pools: { ...pools, [room]: dying.pool } }))).rejects.toThrow('the connection died');
    expect(dying.isDead()).toBe(true);
    const refusal = await refusalOf(current);
    if (refusal === null) expect([room, dieAt <= 7]).toEqual(['keystore', true]);
    else expect(refusal).toContain('run `cession keys rotate-master` again');
    expect(await rotateMasterKey(rotation(to))).toEqual({ rotation: rotations + 1, keys: 5, sharedWith: [] });
    await expectInForce(to);
  });

  it('once begun refuses a start under either key, another new key, and to make keys for whoever opened the store before', async () => {
    const opened = await openKeyStoreRoom(current);
    const to = withKey();
    const stop = new AbortController();
    await expect(rotateMasterKey(rotation(to, { signal: stop.signal, onProgress: () => stop.abort(new Error('interrupted')) }))).rejects.toThrow('interrupted');
    for (const config of [current, to]) expect(await refusalOf(config)).toContain('A rotation of the master key was interrupted.');
    await expect(openKeyStoreRoom(current)).rejects.toMatchObject({ name: 'StartError', problem: 'A rotation of the master key was interrupted.' });
    await expect(rotateMasterKey(rotation(withKey()))).rejects.toMatchObject({ problem: 'A rotation to another new master key has begun.' });
    await expect(opened.keyStore.createKeys(['borrower_7'])).rejects.toMatchObject({ code: 'CONFLICT' });
    await rotateMasterKey(rotation(to));
    await expect(opened.keyStore.createKeys(['borrower_7'])).rejects.toMatchObject({ code: 'CONFLICT' });
    await opened.close();
    await expectInForce(to);
  });

  it('refuses to begin from a key that is not in force', async () => {
    await expect(rotateMasterKey(rotation(withKey(), { from: withKey() }))).rejects.toMatchObject({ problem: 'The configured master key is not the one of the keystore room.' });
    expect(await refusalOf(current)).toBeNull();
  });
});

/** A hub in a database of its own on the same server, at work. */
async function hubIn(database: string, masterKey = randomBytes(32)) {
  const url = new URL(current.database.url.reveal());
  url.pathname = `/${database}`;
  const env = { CESSION_HOME: path.join(home, database), DATABASE_URL: url.toString(), CESSION_MASTER_KEY: masterKey.toString('base64'), LOG_LEVEL: 'silent' };
  const prepared = await prepareHub(loadConfig(env), openDiagnostics('silent'));
  const opened = await openKeyStoreRoom(prepared.config);
  await opened.keyStore.createKeys(['borrower_9']);
  return { prepared, opened, config: prepared.config };
}

async function loginsOf(config: PreparedConfig): Promise<string[]> {
  const prefix = loginName(config, 'keystore', 'request').replace('keystore', '');
  const { rows } = await pools.keystore.query<{ name: string }>('select rolname as name from pg_roles where starts_with(rolname, $1)', [prefix]);
  return rows.map(({ name }) => name.slice(prefix.length)).sort();
}

async function expectAtWork({ config, opened: { keyStore } }: Awaited<ReturnType<typeof hubIn>>): Promise<void> {
  expect((await keyStore.keys(['borrower_9'])).size).toBe(1);
  const again = await openKeyStoreRoom(config);
  expect((await again.keyStore.keys(['borrower_9'])).size).toBe(1);
  await again.close();
  expect(await refusalOf(config)).toBeNull();
}

describe('another hub on the same server', () => {
  it('with another master key is not touched', async () => {
    const another = await hubIn('another');
    const [before, to] = [current, withKey()];
    expect(await rotateMasterKey(rotation(to))).toMatchObject({ sharedWith: [] });
    await expectInForce(to);
    expect(await loginsOf(before)).toEqual([]);
    await expectAtWork(another);
    await another.opened.close();
    await another.prepared.stop();
  });

  it('with the same master key at work keeps its logins, is named, and takes them away with its own rotation', async () => {
    const [before, to] = [current, withKey()];
    const related = await hubIn('related', Buffer.from(before.masterKey.reveal()));
    expect(await rotateMasterKey(rotation(to))).toMatchObject({ sharedWith: ['related'] });
    expect(await loginsOf(before)).toEqual(['keystore']);
    await expect(openKeyStoreRoom(before)).rejects.toBeInstanceOf(Error);
    current = to;
    rotations++;
    await expectAtWork(related);
    await related.opened.close();
    const own = Object.fromEntries(DATABASE_ROOMS.map((room) => [room, openAdminPool(related.config, room)])) as Record<DatabaseRoom, Pool>;
    const next = freezeDeep({ ...related.config, masterKey: new Secret(randomBytes(32)) });
    for (let said = ['?']; said.length > 0; said = await processesConnected(own.keystore, related.config, 'keystore'));
    expect(await rotateMasterKey({ ...rotation(next), from: related.config, pools: own })).toMatchObject({ sharedWith: [] });
    expect(await loginsOf(before)).toEqual([]);
    await Promise.all(Object.values(own).map((pool) => pool.end()));
    await related.prepared.stop();
    expect(await refusalOf(current)).toBeNull();
  });
});

describe('the logins of a hub', () => {
  it('from before each master key had its own are made at a start, and the roles themselves log nobody in after a rotation', async () => {
    const superuser = new Client({ connectionString: server.adminUrl.reveal() });
    await superuser.connect();
    for (const room of DATABASE_ROOMS) await superuser.query(`alter role ${roleName(room, 'request')} login password 'of the first version'`);
    for (const name of await loginsOf(current)) await superuser.query(`drop role ${loginName(current, 'keystore', 'request').replace('keystore', name)}`);
    const url = new URL(server.adminUrl.reveal());
    [url.username, url.password, url.pathname] = [roleName('debts', 'request'), 'of the first version', '/hub'];
    const admits = async (): Promise<boolean> => {
      const client = new Client({ connectionString: url.toString() });
      return client.connect().then(() => client.end().then(() => true), () => false);
    };
    expect(await admits()).toBe(true);
    for (const room of DATABASE_ROOMS) expect(await refusalOf(current, room)).toBeNull();
    const to = withKey();
    await rotateMasterKey(rotation(to));
    await expectInForce(to);
    expect(await admits()).toBe(false);
    await superuser.end();
  });

  it('tell who is connected, and which room for', async () => {
    expect(await processesConnected(pools.keystore, current, 'keystore')).toEqual([]);
    const opened = await openKeyStoreRoom(current);
    expect(await processesConnected(pools.keystore, current, 'keystore')).toEqual(['cession keystore request', 'cession keystore worker']);
    await opened.close();
  });
});
