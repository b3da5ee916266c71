/** The program as a shell runs it: signals, pipes and exit codes of the real process. `npm test` compiles it first. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ROOMS } from '../../schema/vocabulary';
import { freePorts } from '../support/free-ports';
import { testDatabase } from '../support/test-database';
import { currentRun } from '../support/test-run';

const PROGRAM = path.resolve(__dirname, '../../dist/cli/cession.js');
const compiled = (claim: string, test: () => Promise<void>): void => {
  if (existsSync(PROGRAM)) it(claim, test);
  else it.skip(`${claim} (skipped: there is no dist/; npm run build makes it)`, test);
};

const running: ChildProcessWithoutNullStreams[] = [];
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** With the given variables and none of this process's. */
function run(arguments_: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [PROGRAM, ...arguments_], { env, cwd: os.tmpdir() });
  running.push(child);
  return child;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out, err };
}

describe('the cession process', () => {
  const database = testDatabase();

  compiled('answers without any setting, database or home', async () => {
    expect(await ended(run(['verify', '/nowhere/export']))).toMatchObject({ code: 69, out: '', err: expect.stringContaining('/nowhere/export') as string });
    expect(await ended(run(['--version']))).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
  });

  compiled('does not complain when its reader has seen enough', async () => {
    const child = run(['--help']);
    child.stdout.destroy();
    expect(await ended(child)).toMatchObject({ code: 0, err: '' });
  });

  compiled('stops in order on Ctrl-C, also when npm hands it on a second time', async () => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-process-'));
    const env = { CESSION_HOME: home, PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: database.config.database.url.reveal(), CESSION_MASTER_KEY: currentRun().masterKey };
    const child = run(['start', '--no-sample'], env);
    child.stdout.once('data', () => {
      child.kill('SIGINT');
      child.kill('SIGINT');
    });
    const end = await ended(child);
    expect(end).toMatchObject({ code: 0, signal: null, err: expect.stringMatching(/Stopping …\nStopped\.\n$/) as string });
    await fs.rm(home, { recursive: true, force: true });
  });
});

describe('the processes of a hub', () => {
  const database = testDatabase();

  compiled('says where many processes serve when the system chose the port', async () => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-process-'));
    const ports = Object.fromEntries((await freePorts(ROOMS.length)).map((port, at) => [`CESSION_ROOM_PORT_${ROOMS[at]!.toUpperCase()}`, String(port)]));
    const env = { CESSION_HOME: home, PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: database.config.database.url.reveal(), CESSION_MASTER_KEY: currentRun().masterKey, ...ports };
    const child = run(['start', '--processes', '--no-sample', '--json'], env);
    const end = ended(child);
    const said: unknown = await Promise.race([once(child.stdout, 'data').then(([output]) => String(output)), end]);
    const { url } = JSON.parse(said as string) as { url: string };
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ alive: true });
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: 0, signal: null });
    await fs.rm(home, { recursive: true, force: true });
  });
});
