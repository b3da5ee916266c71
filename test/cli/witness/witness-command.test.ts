/** `cession witness` as its operator meets it: a folder with one key, logs it trusts, and a server that ends when it is told to. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openNote } from '../../../audit/log/note';
import { parseVkey } from '../../../audit/log/note-key';
import { runCli } from '../run-cli';
import { growingLog } from './growing-log';

const LOG = growingLog(10);
const ROTATED = growingLog(10, { seed: 2 });
const NAME = 'witness.test/w1';
let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-witness-cli-'));
  folder = path.join(parent, 'witness');
});
afterEach(() => fs.rm(parent, { recursive: true, force: true }));

const init = (): ReturnType<typeof runCli> => runCli(['witness', 'init', folder, '--name', NAME, '--log', LOG.vkey]);

describe('cession witness init', () => {
  it('makes one private key and prints its public half', async () => {
    const { exitCode, out } = await init();
    expect(exitCode).toBe(0);
    expect(parseVkey(out)).toMatchObject({ name: NAME, type: 4 });
    expect((await fs.stat(path.join(folder, 'witness.key'))).mode & 0o777).toBe(0o600);
    expect((await runCli(['witness', 'key', folder])).out).toBe(out);
    expect(JSON.parse((await runCli(['witness', 'key', folder, '--json'])).out)).toEqual({ vkey: out, logs: [LOG.origin] });
  });

  it('never replaces a key', async () => {
    const { out } = await init();
    expect(await init()).toMatchObject({ exitCode: 69, out: '', err: expect.stringContaining('is there already') as string });
    expect((await runCli(['witness', 'key', folder])).out).toBe(out);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a name with a space', ['--name', 'a b'], /name of a witness/],
    ['a name with a plus', ['--name', 'a+b'], /name of a witness/],
    ['no name', [], /--name/],
  ])('refuses %s', async (_case, more, message) => {
    const run = await runCli(['witness', 'init', folder, ...more]);
    expect(run.exitCode).toBe(64);
    expect(run.err).toMatch(message);
  });
});

describe('cession witness trust', () => {
  it('adds a log, or a second key of one, once', async () => {
    await init();
    for (const vkey of [ROTATED.vkey, ROTATED.vkey]) expect((await runCli(['witness', 'trust', folder, vkey])).exitCode).toBe(0);
    expect(await fs.readFile(path.join(folder, 'logs.policy'), 'utf8')).toBe(`log ${LOG.vkey}\nlog ${ROTATED.vkey}\nquorum none\n`);
  });

  it('refuses what is no key of a log', async () => {
    const { out } = await init();
    expect(await runCli(['witness', 'trust', folder, 'nonsense'])).toMatchObject({ exitCode: 64, err: expect.stringContaining('cession ledger key') as string });
    expect((await runCli(['witness', 'trust', folder, out])).err).toMatch(/0x01/);
    expect(await fs.readFile(path.join(folder, 'logs.policy'), 'utf8')).toBe(`log ${LOG.vkey}\nquorum none\n`);
  });
});

describe('cession witness serve', () => {
  it('cosigns until it is interrupted; status shows what it cosigned', async () => {
    const { out: vkey } = await init();
    const interruption = new AbortController();
    let tell: (text: string) => void = () => undefined;
    const printed = new Promise<string>((resolve) => (tell = resolve));
    const running = runCli(['witness', 'serve', folder, '--port', '0', '--prefix', '/cession/', '--json'], { interruption: interruption.signal, onPrint: (text) => tell(text) });
    const { url } = JSON.parse(await printed) as { url: string };
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: await LOG.request(0, 7) });
    expect(openNote((await LOG.checkpoint(7)) + (await answer.text()), [parseVkey(vkey)]).verified).toHaveLength(1);
    interruption.abort();
    expect((await running).exitCode).toBe(0);
    expect(JSON.parse((await runCli(['witness', 'status', folder, '--json'])).out)).toMatchObject([{ origin: LOG.origin, size: 7 }]);
    expect((await runCli(['witness', 'status', folder])).out).toContain('7');
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['a folder that is none', ['/nowhere/witness'], 69, /not the folder of a witness/],
    ['a port that is none', ['.', '--port', '99999'], 64, /0 to 65535/],
    ['a prefix that is no path', ['.', '--prefix', 'a b'], 64, /prefix/],
  ])('refuses %s', async (_case, more, exitCode, message) => {
    const run = await runCli(['witness', 'serve', ...more]);
    expect(run.exitCode).toBe(exitCode);
    expect(run.err).toMatch(message);
  });

  it('refuses a key that others on the machine can read', async () => {
    await init();
    await fs.chmod(path.join(folder, 'witness.key'), 0o644);
    expect(await runCli(['witness', 'serve', folder])).toMatchObject({ exitCode: 69, err: expect.stringContaining('chmod 600') as string });
  });
});
