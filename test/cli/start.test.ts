/** `cession start` from the first start of an empty hub to the last second of a stop, and the commands beside a hub that runs. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FirstParties } from '../../cli/first-parties';
import { HubClient } from '../../cli/tour/hub-client';
import { loadConfig } from '../../kernel/config';
import { openRoomDatabase } from '../../kernel/database/room-database';
import { startDatabaseServer } from '../../kernel/database/server';
import { KEY_STORE_DATABASE } from '../../kernel/vault/key-store';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { currentRun } from '../support/test-run';
import { runCli, type CliRun } from './run-cli';

interface Announced {
  readonly url: string;
  readonly externalIssuer: string | null;
  readonly parties: (FirstParties & { readonly creditorId: string }) | null;
  readonly seededDebts: number | null;
}

interface Started {
  /** What it printed when it was ready. */
  readonly out: string;
  stop(): Promise<CliRun>;
}

const folders: string[] = [];
const newHome = async (): Promise<string> => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-start-'));
  folders.push(folder);
  return path.join(folder, 'home');
};
afterAll(() => Promise.all(folders.map((folder) => fs.rm(folder, { recursive: true, force: true }))));

const envOf = (home: string, more: Readonly<Record<string, string>> = {}) => ({ CESSION_HOME: home, PORT: '0', CESSION_SAMPLE_DEBTS: '30', LOG_LEVEL: 'silent', ...more });

async function start(env: Readonly<Record<string, string>>, ...options: string[]): Promise<Started> {
  const interruption = new AbortController();
  let announce: (text: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => (announce = resolve));
  const ended = runCli(['start', ...options], { env, interruption: interruption.signal, onPrint: (text) => announce(text) });
  const out = await Promise.race([ready, ended.then(({ err }) => Promise.reject(new Error(err)))]);
  return {
    out,
    stop: () => {
      interruption.abort();
      return ended;
    },
  };
}

async function tokenFor(home: string, audience: string, org: string, sub: string): Promise<string> {
  return (await runCli(['token', '--audience', audience, '--org', org, '--sub', sub], { env: { CESSION_HOME: home } })).out;
}

describe('cession start', () => {
  let home: string;
  let first: Announced;

  it('begins an empty hub with a sample that its operator can read, and stops it with its database', async () => {
    home = await newHome();
    const hub = await start(envOf(home), '--json');
    first = JSON.parse(hub.out) as Announced;
    expect(first).toMatchObject({ externalIssuer: null, seededDebts: 30, parties: { creditorCode: 'SAMPLE', operatorSub: 'operator' } });
    const { creditorId = '', operatorSub = '' } = first.parties ?? {};
    const token = await tokenFor(home, 'internal', creditorId, operatorSub);
    const operation = '{ debts(first: 40) { edges { node { id daysPastDue } } } }';
    const answer = await new HubClient(first.url).ask({ audience: 'INTERNAL', token }, { operation, purpose: 'SERVICING' });
    const { edges } = (answer.data ?? { debts: { edges: [] } })['debts'] as { edges: { node: { daysPastDue: number | null } }[] };
    expect(edges).toHaveLength(30);
    expect(edges.every(({ node }) => (node.daysPastDue ?? 0) >= 30)).toBe(true);
    const stopped = await hub.stop();
    expect(stopped).toMatchObject({ exitCode: 0, err: expect.stringContaining('Stopped.') as string });
    await expect(fetch(first.url)).rejects.toThrow('fetch failed');
    await expect(fs.access(path.join(home, 'pg', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('names the same parties at the next start, seeds nothing twice, and lets other commands work beside it', async () => {
    const hub = await start(envOf(home), '--json');
    const second = JSON.parse(hub.out) as Announced;
    expect(second).toMatchObject({ seededDebts: null, parties: { creditorId: first.parties?.creditorId, regulatorId: first.parties?.regulatorId } });
    const env = envOf(home);
    const file = path.join(home, 'ledger.cession');
    const vkey = (await runCli(['ledger', 'key'], { env })).out;
    const exported = await runCli(['export', '--out', file, '--json'], { env });
    expect(JSON.parse(exported.out)).toMatchObject({ file, entries: expect.any(Number) as number });
    expect((await runCli(['verify', file, '--key', vkey])).exitCode).toBe(0);
    const stream = `creditor:${first.parties?.creditorId}`;
    expect((await runCli(['export', '--out', `${file}.part-of-it`, '--stream', stream], { env })).out).toMatch(/entries +\d+ of a ledger of \d+/);
    expect((await runCli(['verify', `${file}.part-of-it`, '--key', vkey])).out).toMatch(/^VERIFIED[\s\S]*Completeness: proven/);
    if (process.platform === 'linux') expect(await runCli(['export', '--out', '/proc/cession/never/ledger.tar'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('The folder /proc/cession cannot be made') as string });
    const nothing = await runCli(['export', '--out', `${file}.none`, '--stream', stream, '--to', '2020-01-01'], { env });
    expect(nothing).toMatchObject({ exitCode: 0, out: expect.stringContaining('proves   that there is none') as string });
    expect((await runCli(['verify', `${file}.none`, '--key', vkey])).out).toMatch(/Completeness: proven/);
    expect((await runCli(['verify', file, '--key', vkey, '--heads'])).out).toContain('[HEADS_DERIVED]');
    expect(await runCli(['ledger', 'fsck', '--json'], { env })).toMatchObject({ exitCode: 0, out: expect.stringContaining('"difference": null') as string });
    // A place of another log is not gone on from; one of this log is, unless everything is asked for.
    const place = (key: string, next: number): Promise<void> =>
      fs.writeFile(path.join(home, 'fsck.json'), JSON.stringify({ format: 'cession-fsck/v2', vkey: key, begunAt: '2026-11-21T20:00:00.000Z', mark: { next, leafHash: '', recordedAt: '', frontier: Buffer.alloc(64).toString('base64'), sources: {}, links: 0, vkey, keyBefore: '', heads: null } }), { mode: 0o600 });
    await place('another', 3);
    expect(await runCli(['ledger', 'fsck'], { env })).toMatchObject({ exitCode: 0, err: '' });
    await place(vkey, 3);
    expect(await runCli(['ledger', 'fsck', '--from-start'], { env })).toMatchObject({ exitCode: 0, err: '' });
    await place(vkey, 3);
    // This one was made up: going on from it cannot agree with what follows.
    expect(await runCli(['ledger', 'fsck'], { env })).toMatchObject({ exitCode: 1, err: expect.stringContaining('Going on at entry 3') as string });
    await expect(fs.access(path.join(home, 'fsck.json'))).rejects.toThrow('ENOENT');
    const prunable = await runCli(['ledger', 'prune', '--json'], { env });
    expect(JSON.parse(prunable.out)).toMatchObject({ from: 0, minimumIndex: 0, ordered: false, keptBy: null });
    expect((await runCli(['ledger', 'prune', '--dry-run'], { env })).out).toBe('Nothing may be pruned: entries are served from index 0, and fewer than 256 follow.');
    const tiles = path.join(home, 'tiles');
    expect((await runCli(['ledger', 'dump-tiles', tiles], { env })).exitCode).toBe(0);
    expect(await fs.readFile(path.join(tiles, 'checkpoint'), 'utf8')).toMatch(/^cession\.local\/ledger\n\d+\n/);
    expect(await runCli(['keys', 'rotate-blind-index'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('A hub runs on this database.') as string });
    expect(await runCli(['keys', 'rotate-master'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('A hub runs on this database.') as string });
    expect(await runCli(['ledger', 'rotate-key'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('Stop the hub') as string });
    expect((await hub.stop()).exitCode).toBe(0);
  });

  it('goes on under new keys after their change, and exports verify under the old one, too', async () => {
    const env = envOf(home);
    const old = (await runCli(['ledger', 'key'], { env })).out;
    const changed = await runCli(['ledger', 'rotate-key', '--json'], { env });
    const { vkey } = JSON.parse(changed.out) as { vkey: string };
    expect((await runCli(['ledger', 'key'], { env })).out).toBe(vkey);
    expect(vkey).not.toBe(old);
    expect((await fs.stat(path.join(home, 'ledger.key'))).mode & 0o777).toBe(0o600);
    await expect(fs.access(path.join(home, 'ledger.next.key'))).rejects.toThrow('ENOENT');
    expect(JSON.parse((await runCli(['keys', 'rotate-blind-index', '--json'], { env })).out)).toEqual({ generation: 2, borrowers: 30 });
    const oldMaster = await fs.readFile(path.join(home, 'master.key'), 'utf8');
    expect(JSON.parse((await runCli(['keys', 'rotate-master', '--json'], { env })).out)).toEqual({ rotation: 1, keys: 30, sharedWith: [] });
    const newMaster = await fs.readFile(path.join(home, 'master.key'), 'utf8');
    expect(newMaster).not.toBe(oldMaster);
    // As after a kill just before the home's file was replaced.
    await fs.rename(path.join(home, 'master.key'), path.join(home, 'master.next.key'));
    await fs.writeFile(path.join(home, 'master.key'), oldMaster, { mode: 0o600 });
    expect(await runCli(['start'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('run `cession keys rotate-master` again') as string });
    expect(JSON.parse((await runCli(['keys', 'rotate-master', '--json'], { env })).out)).toEqual({ rotation: 1, keys: 30, sharedWith: [] });
    expect(await fs.readFile(path.join(home, 'master.key'), 'utf8')).toBe(newMaster);
    expect((await fs.stat(path.join(home, 'master.key'))).mode & 0o777).toBe(0o600);
    await expect(fs.access(path.join(home, 'master.next.key'))).rejects.toThrow('ENOENT');
    expect(await runCli(['export', '--out', path.join(home, 'never.cession')], { env: { ...env, CESSION_MASTER_KEY: oldMaster.trim() } })).toMatchObject({ exitCode: 69, err: expect.stringContaining('The master key is the one before the present') as string });
    expect(JSON.parse((await runCli(['keys', 'rotate-blind-index', '--json'], { env })).out)).toEqual({ generation: 3, borrowers: 30 });
    const hub = await start(env, '--json');
    const { creditorId = '', operatorSub = '' } = first.parties ?? {};
    const token = await tokenFor(home, 'internal', creditorId, operatorSub);
    const named = await new HubClient((JSON.parse(hub.out) as Announced).url).ask({ audience: 'INTERNAL', token }, { operation: '{ debts(first: 40) { edges { node { id borrower { id name } } } } }', purpose: 'SERVICING' });
    const { edges } = (named.data ?? { debts: { edges: [] } })['debts'] as { edges: { node: { borrower: { name: string | null } } }[] };
    expect(edges.map(({ node }) => typeof node.borrower.name)).toEqual(Array.from({ length: 30 }, () => 'string'));
    const file = path.join(home, 'rotated.cession');
    expect((await runCli(['export', '--out', file], { env })).exitCode).toBe(0);
    for (const key of [old, vkey]) expect((await runCli(['verify', file, '--key', key])).exitCode).toBe(0);
    expect(await runCli(['ledger', 'fsck', '--from-start'], { env })).toMatchObject({ exitCode: 0 });
    expect((await hub.stop()).exitCode).toBe(0);
  });

  it('takes the new master key from a file where the old one is in the environment', async () => {
    const inForce = (await fs.readFile(path.join(home, 'master.key'), 'utf8')).trim();
    const env = envOf(home, { CESSION_MASTER_KEY: inForce });
    const rotate = (...options: string[]) => runCli(['keys', 'rotate-master', '--json', ...options], { env });
    const file = path.join(home, 'given.key');
    const fresh = randomBytes(32).toString('base64');
    expect(await rotate()).toMatchObject({ exitCode: 64, err: expect.stringContaining('--new-key') as string });
    for (const [given, says] of [['short', 'does not hold 32 bytes'], [inForce, 'The new key is the old one.']] as const) {
      await fs.writeFile(file, given);
      expect(await rotate('--new-key', file)).toMatchObject({ exitCode: 64, err: expect.stringContaining(says) as string });
    }
    await fs.writeFile(file, `${fresh}\n`);
    // A process that holds none of the leases by which a hub is found.
    const server = await startDatabaseServer(loadConfig(env));
    const connected = await openRoomDatabase(server.config, KEY_STORE_DATABASE);
    expect(await rotate('--new-key', file)).toMatchObject({ exitCode: 69, err: expect.stringContaining('cession keystore request') as string });
    await connected.close();
    await server.stop();
    // The second finds that the first has ended.
    for (const time of [1, 2]) expect([time, JSON.parse((await rotate('--new-key', file)).out)]).toEqual([time, { rotation: 2, keys: 30, sharedWith: [] }]);
    expect(await runCli(['ledger', 'fsck'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('The master key is the one before the present') as string });
    expect(await runCli(['ledger', 'fsck'], { env: envOf(home, { CESSION_MASTER_KEY: fresh }) })).toMatchObject({ exitCode: 0 });
  });
});

/** On the run's own server: these starts are not about the embedded one. */
const onServer = (database: TestDatabase, home: string) =>
  envOf(home, { DATABASE_URL: database.config.database.url.reveal(), CESSION_MASTER_KEY: currentRun().masterKey });

describe('cession start where tokens come from an external issuer', () => {
  const database = testDatabase();

  it('neither makes nor names a token, and brings no sample', async () => {
    const external = { CESSION_TOKEN_JWKS_URL: 'http://127.0.0.1:1/jwks', CESSION_TOKEN_ISSUER: 'https://issuer.example', CESSION_TOKEN_AUDIENCE: 'hub' };
    const hub = await start({ ...onServer(database, await newHome()), ...external });
    const { err } = await hub.stop();
    expect(hub.out).toContain('https://issuer.example');
    expect(hub.out).toContain('There is no creditor yet');
    // A whole head of a token: three letters of it stand in a key by chance.
    expect(hub.out + err).not.toMatch(/eyJ[\w-]{10,}\.|cession token|Seeding/);
  });
});

describe('cession start without a sample', () => {
  const database = testDatabase();

  it('begins without anybody; init then brings the first creditor, once', async () => {
    const env = onServer(database, await newHome());
    const hub = await start(env, '--no-sample', '--json');
    expect(JSON.parse(hub.out)).toMatchObject({ parties: null, seededDebts: null });
    const init = (...more: string[]) => runCli(['init', '--creditor', 'BANK', '--name', 'A bank', '--operator', 'op-1', '--json', ...more], { env });
    const [once, twice] = [await init(), await init()];
    expect(JSON.parse(once.out)).toMatchObject({ created: true, operator: 'op-1' });
    expect(JSON.parse(twice.out)).toEqual({ ...(JSON.parse(once.out) as object), created: false });
    expect(await runCli(['init', '--creditor', 'BANK', '--name', 'A bank', '--operator', 'op-2'], { env })).toMatchObject({ exitCode: 69, err: expect.stringContaining('another operator') as string });
    expect(await runCli(['init', '--creditor', 'no blank', '--name', 'A bank', '--operator', 'op-1'], { env })).toMatchObject({ exitCode: 64, err: expect.stringContaining('Change --creditor') as string });
    expect((await hub.stop()).exitCode).toBe(0);
  });
});
