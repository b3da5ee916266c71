/** The embedded server of a home: made once, shared, adopted after a crash, stopped by the last who leaves, never another's. */
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { loadConfig, type Config } from '../../../kernel/config';
import { startDatabaseServer, type DatabaseServer } from '../../../kernel/database/server';
import { isAlive } from '../../../kernel/process-identity';
import { currentRun } from '../../support/test-run';

let home: string;
let config: Config;

beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-server-'));
  // Run as root, the server's account must be able to pass, or the data would go to /var/lib/cession and stay there.
  await fs.chmod(home, 0o711);
  config = loadConfig({ CESSION_HOME: path.join(home, 'hub') });
});
afterAll(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

const start = (): Promise<DatabaseServer> => startDatabaseServer(config, 'none');

interface Memory {
  dataDirectory: string;
  port: number;
  password: string;
}

async function memory(): Promise<Memory> {
  return JSON.parse(await fs.readFile(path.join(config.home, 'database.json'), 'utf8')) as Memory;
}

async function processId(): Promise<number> {
  const { dataDirectory } = await memory();
  const text = await fs.readFile(path.join(path.resolve(config.home, dataDirectory), 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

async function ask(server: DatabaseServer, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.adminUrl.reveal() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The last thing a server does is to remove its pid file, which is what a stop waits for; it ends a moment later. */
async function expectEnded(pid: number): Promise<void> {
  for (let waited = 0; isAlive(pid) && waited < 5_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isAlive(pid)).toBe(false);
}

describe('the embedded server', () => {
  it('is made on the first start, with its secrets private, and is not there after the last stop', async () => {
    const server = await start();
    expect(server).toMatchObject({ adopted: false, embedded: true });
    await ask(server, 'create table kept (n integer); insert into kept values (42)');
    const modes = await Promise.all(['database.json', 'master.key', 'ledger.key', 'database.log'].map((name) => fs.stat(path.join(config.home, name))));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
    const pid = await processId();
    await server.stop();
    await server.stop();
    await expectEnded(pid);
  });

  it('is shared by who starts later, and stays until the last one leaves', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect([first.adopted, second.adopted].sort()).toEqual([false, true]);
    const pid = await processId();
    await first.stop();
    expect(isAlive(pid)).toBe(true);
    expect(await ask(second, 'select n from kept')).toEqual([{ n: 42 }]);
    await second.stop();
    await expectEnded(pid);
  });

  it('killed without warning comes back with what was committed', async () => {
    const server = await start();
    await ask(server, 'insert into kept values (43); checkpoint');
    process.kill(await processId(), 'SIGKILL');
    const again = await start();
    expect(await ask(again, 'select n from kept order by n')).toEqual([{ n: 42 }, { n: 43 }]);
    await Promise.all([server.stop(), again.stop()]);
  });

  it('that dies under a running hub is brought back on its port, with what was committed', async () => {
    const server = await start();
    const before = await processId();
    process.kill(before, 'SIGKILL');
    let rows: unknown[] | null = null;
    while (!rows || (await processId()) === before) rows = await ask(server, 'select n from kept order by n').catch(() => null);
    expect(rows).toEqual([{ n: 42 }, { n: 43 }]);
    const pid = await processId();
    await server.stop();
    await expectEnded(pid);
  });

  it('moves to another port when a stranger has taken its own, and tells the stranger no password', async () => {
    const { port, password } = await memory();
    let heard = '';
    const stranger = net.createServer((socket) => {
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
        // "AuthenticationCleartextPassword": what somebody who wants the password would ask for.
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    const server = await start();
    expect(new URL(server.adminUrl.reveal()).port).not.toBe(String(port));
    expect(await ask(server, 'select count(*)::integer as n from kept')).toEqual([{ n: 2 }]);
    await server.stop();
    await new Promise((resolve) => stranger.close(resolve));
    expect(heard.includes(password)).toBe(false);
  });

  it('ignores a lock file whose process id now belongs to another program', async () => {
    const { dataDirectory } = await memory();
    await fs.writeFile(path.join(path.resolve(config.home, dataDirectory), 'postmaster.pid'), `${process.pid}\n`);
    const server = await start();
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });
});

describe('a home whose master key is gone', () => {
  it('does not start, and gets no new key', async () => {
    const key = path.join(config.home, 'master.key');
    await fs.rename(key, `${key}.away`);
    await expect(start()).rejects.toThrow('The master key is missing');
    await expect(fs.access(key)).rejects.toThrow('ENOENT');
    await fs.rename(`${key}.away`, key);
  });

  it('does not start with a key that others can read, either', async () => {
    const key = path.join(config.home, 'master.key');
    await fs.chmod(key, 0o644);
    await expect(start()).rejects.toThrow('other users of this machine may read it');
    await fs.chmod(key, 0o600);
  });
});

describe('DATABASE_URL', () => {
  it('is used as it is: nothing is started, nothing is stopped', async () => {
    const { adminUrl } = currentRun();
    const server = await startDatabaseServer(loadConfig({ CESSION_HOME: path.join(home, 'given'), DATABASE_URL: adminUrl }));
    expect(server).toMatchObject({ adopted: false, embedded: false });
    await server.stop();
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await expect(fs.access(path.join(home, 'given', 'database.json'))).rejects.toThrow('ENOENT');
  });

  it('that leads nowhere is an error with a cause and a remedy, without the password', async () => {
    const given = loadConfig({ CESSION_HOME: path.join(home, 'nowhere'), DATABASE_URL: 'postgres://u:p4ss@127.0.0.1:1/db' });
    const error: unknown = await startDatabaseServer(given).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('The database of DATABASE_URL cannot be used (ECONNREFUSED).');
    expect(String(error)).not.toContain('p4ss');
  });
});
