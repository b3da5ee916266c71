/** Command lines that cannot be followed: each is refused before anything is opened or made, with the cause and what to do. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { newId } from '../../schema/ids';
import { runCli } from './run-cli';

let home: string;
beforeAll(async () => {
  home = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'cession-arguments-')), 'home');
});
afterAll(() => fs.rm(path.dirname(home), { recursive: true, force: true }));

const agency = newId('agency');

describe('a command line', () => {
  it.each([
    [[], /^Usage: cession|Commands:/],
    [['strat'], /unknown command 'strat'[\s\S]*Did you mean start\?/],
    [['start', '--procceses'], /unknown option '--procceses'[\s\S]*Did you mean --processes\?/],
    [['start', 'now'], /too many arguments/],
    [['init'], /required option '--creditor <code>' not specified[\s\S]*→ See: cession init --help/],
    [['init', '--creditor', 'A', '--name', 'A', '--operator', 'o', '--regulator', agency], /--regulator must be an id like regulator_…/],
    [['import'], /Usage: cession import/],
    [['import', 'portfolio', 'x.csv', '--creditor', 'A'], /required option '--mapping <file>'/],
    [['export'], /required option '--out <file>'/],
    [['export', '--out', 'x', '--stream', agency], /A stream is a kind and an id/],
    [['export', '--out', 'x', '--stream', 'agency:agency_1'], /A stream is a kind and an id/],
    [['export', '--out', 'x', '--stream', `bank:${agency}`], /the kinds are creditor, agency/],
    [['export', '--out', 'x', '--from', '2026-11-21'], /--from and --to choose a part of a stream[\s\S]*→ Add --stream/],
    [['export', '--out', 'x', '--stream', `agency:${agency}`, '--from', '2026-02-30'], /Give a day like 2026-11-21/],
    [['export', '--out', 'x', '--stream', `agency:${agency}`, '--from', 'yesterday'], /Give a day like 2026-11-21/],
    [['export', '--out', 'x', '--stream', `agency:${agency}`, '--from', '2026-11-22', '--to', '2026-11-21'], /--from is not before --to/],
    [['tour', '--url', 'localhost:4000'], /Give the address that `cession start` printed/],
    [['ledger', 'dump-tiles'], /missing required argument 'directory'/],
  ])('%j is refused with exit code 64', async (arguments_, message) => {
    const { exitCode, out, err } = await runCli(arguments_, { env: { CESSION_HOME: home } });
    expect({ exitCode, out }).toEqual({ exitCode: 64, out: '' });
    expect(err).toMatch(message);
    await expect(fs.access(home)).rejects.toThrow('ENOENT');
  });

  it.each([
    [['export', '--out', 'x']],
    [['import', 'portfolio', __filename, '--creditor', 'A', '--mapping', __filename]],
    [['ledger', 'key']],
    [['ledger', 'fsck']],
    [['ledger', 'dump-tiles', 'x']],
    [['tour', '--url', 'http://127.0.0.1:1']],
  ])('%j makes no hub where there is none', async (arguments_) => {
    const { exitCode, out, err } = await runCli(arguments_, { env: { CESSION_HOME: home } });
    expect({ exitCode, out }).toEqual({ exitCode: 69, out: '' });
    expect(err).toMatch(/There is no hub in .*\n.*cession start.*CESSION_HOME/);
    await expect(fs.access(home)).rejects.toThrow('ENOENT');
  });

  it.each([
    [['start']],
    [['init', '--creditor', 'A', '--name', 'A', '--operator', 'o']],
    [['token', '--audience', 'partner', '--org', agency]],
    [['export', '--out', 'x']],
    [['ledger', 'key']],
  ])('%j lists every wrong setting and exits with 78', async (arguments_) => {
    const { exitCode, err } = await runCli(arguments_, { env: { CESSION_HOME: home, PORT: 'http', CESSION_SMAPLE_DEBTS: '1' } });
    expect(exitCode).toBe(78);
    expect(err).toMatch(/PORT/);
    expect(err).toMatch(/CESSION_SMAPLE_DEBTS/);
  });

  it('shows its version', async () => {
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, out: '0.0.0-test', err: '' });
  });
});
