/** `cession verify` on real exports: what it says, and the exit code a script sees. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createCosignerKey } from '../../audit/log/cosigner';
import type { AccessReport } from '../../audit/access/access-history';
import type { Report } from '../../audit/log/verdict';
import { after, BORROWER, eventsOf, FIRST, READ, RECALLED } from '../audit/access/access-log';
import { KEY, logBundle, OTHER_KEY, sampleLog, streamBundle, type SampleLog } from '../audit/sample-log';
import { runCli } from './run-cli';

let folder: string;
let log: SampleLog;

const at = (name: string): string => path.join(folder, name);

function flipped(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[place] = (copy[place] as number) ^ 1;
  return copy;
}

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-verify-'));
  log = await sampleLog(300);
  const whole = await logBundle(log);
  const files: Record<string, Buffer | string> = {
    good: whole,
    flipped: flipped(whole, Math.floor(whole.length / 2)),
    truncated: whole.subarray(0, whole.length - 2_000),
    empty: '',
    'not-an-export': 'x'.repeat(4_096),
    stream: await streamBundle(log, [{ stream: 'borrower:borrower_1', from: 1, to: 20 }]),
    access: await logBundle(await sampleLog(8, {}, eventsOf([...FIRST, READ]))),
    'access-wrong': await logBundle(await sampleLog(9, {}, eventsOf([...FIRST, RECALLED, READ]))),
    'key.txt': `${KEY.vkey}\n`,
    older: await log.checkpointAt(100),
    newer: (await sampleLog(301)).checkpoint,
    'bad-checkpoint': 'nonsense',
    'own.policy': `log ${KEY.vkey}\nquorum none\n`,
    'strict.policy': `log ${KEY.vkey}\nwitness w ${createCosignerKey('w.test', Buffer.alloc(32, 3)).vkey}\nquorum w\n`,
    'other.policy': `log ${OTHER_KEY.vkey}\nquorum none\n`,
    'cut.policy': `log ${KEY.vkey}\nquorum none`,
  };
  for (const [name, content] of Object.entries(files)) await fs.writeFile(at(name), content);
});

afterAll(() => fs.rm(folder, { recursive: true, force: true }));

const reportOf = (out: string): Report => JSON.parse(out) as Report;

describe('cession verify', () => {
  it.each([
    ['a good export, key given', ['good', '--key', KEY.vkey], 0, 'verified', 'ALL_ENTRIES_CHECKED'],
    ['a good export, key in a file', ['good', '--key', 'key.txt'], 0, 'verified', 'ALL_ENTRIES_CHECKED'],
    ['a good export, no key', ['good'], 2, 'consistent', 'ALL_ENTRIES_CHECKED'],
    ['a good export, another key', ['good', '--key', OTHER_KEY.vkey], 1, 'broken', 'KEY_MISMATCH'],
    ['one byte flipped, key given', ['flipped', '--key', KEY.vkey], 1, 'broken', null],
    ['one byte flipped, no key', ['flipped'], 1, 'broken', null],
    ['a truncated export', ['truncated', '--key', KEY.vkey], 1, 'broken', null],
    ['an empty file', ['empty', '--key', KEY.vkey], 1, 'broken', 'TRUNCATED'],
    ['any other file', ['not-an-export'], 1, 'broken', null],
    ['a stream export, key given', ['stream', '--key', KEY.vkey], 0, 'verified', 'ALL_ENTRIES_CHECKED'],
    ['an export that contains a checkpoint seen earlier', ['good', '--key', KEY.vkey, '--at-least', 'older'], 0, 'verified', 'KNOWN_CHECKPOINT_CONTAINED'],
    ['an export older than a checkpoint seen', ['good', '--key', KEY.vkey, '--at-least', 'newer'], 1, 'broken', 'OLDER_THAN_KNOWN'],
    ['a good export, a policy instead of a key', ['good', '--policy', 'own.policy'], 0, 'verified', 'ALL_ENTRIES_CHECKED'],
    ['a good export, too few witnesses for the policy', ['good', '--policy', 'strict.policy'], 1, 'broken', 'ALL_ENTRIES_CHECKED'],
    ['a good export, the policy of another log', ['good', '--policy', 'other.policy'], 1, 'broken', 'ALL_ENTRIES_CHECKED'],
  ])('of %s: exit code and outcome', async (_what, arguments_, exitCode, outcome, reason) => {
    const places = arguments_.map((argument) => (/^(--|.*\+)/.test(argument) ? argument : at(argument)));
    const run = await runCli(['verify', ...places, '--json']);
    const report = reportOf(run.out);
    expect({ exitCode: run.exitCode, outcome: report.outcome, said: report.exitCode }).toEqual({ exitCode, outcome, said: exitCode });
    if (reason !== null) expect(report.integrity.reasons.map(({ code }) => code)).toContain(reason);
  });

  it('names the place of a flipped byte', async () => {
    const { integrity } = reportOf((await runCli(['verify', at('flipped'), '--json'])).out);
    expect(integrity.state).toBe('failed');
    expect(integrity.reasons[0]?.file).toMatch(/^(tile|disclosures)\//);
  });

  it('says the verdict in sentences, in English and Chinese', async () => {
    const english = await runCli(['verify', at('good'), '--key', KEY.vkey]);
    expect(english.out).toMatch(/^VERIFIED: /);
    expect(english.out).toContain(KEY.vkey);
    expect((await runCli(['verify', at('good')], { language: 'zh' })).out).toMatch(/^内部一致/);
    expect((await runCli(['verify', at('good'), '--language', 'zh', '--key', KEY.vkey])).out).toMatch(/^已验证/);
    expect((await runCli(['verify', at('good')])).out).not.toMatch(/\bverified\b/i);
  });

  it('says who could see what at a time, as a table and as JSON, and fails for a disclosure without a right', async () => {
    const asked = ['--key', KEY.vkey, '--access-at', after(20), '--stream', `borrower:${BORROWER}`];
    const table = await runCli(['verify', at('access'), ...asked]);
    expect(table.exitCode).toBe(0);
    expect(table.out).toMatch(/Disclosures: proven/);
    expect(table.out).toMatch(/GRANT grant_1 +agency_1 .*COLLECTION .*CONTACT IDENTITY .* yes/);
    const report = JSON.parse((await runCli(['verify', at('access'), ...asked, '--json'])).out) as AccessReport;
    expect(report.access).toMatchObject({ state: 'proven', table: { rows: [{ right: 'grant_1', access: 'open' }, { right: 'authority_1' }, { right: 'mandate_1' }] } });
    const wrong = await runCli(['verify', at('access-wrong'), ...asked, '--language', 'zh']);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.out).toMatch(/披露: 失败[\s\S]*\[RIGHT_NOT_OPEN\][\s\S]*条目 8/);
    expect(await runCli(['verify', at('access'), '--access-at', after(20)])).toMatchObject({ exitCode: 64, out: '', err: expect.stringContaining('go together') as string });
  });

  it('does not read any setting: a wrong one is none of its business', async () => {
    expect((await runCli(['verify', at('good')], { env: { PORT: 'not a port' } })).exitCode).toBe(2);
  });

  it.each([
    ['no file', ['verify'], 64, /missing required argument 'file'/],
    ['a folder', ['verify', '.'], 64, /\. is not a file/],
    ['a file that is not there', ['verify', '/nowhere/export'], 69, /\/nowhere\/export cannot be used: there is no such file.*\n.*→/],
    ['a key that is none', ['verify', __filename, '--key', 'secret'], 64, /--key is not a verifier key.*\n.*cession ledger key/],
    ['a checkpoint that is not there', ['verify', __filename, '--at-least', '/nowhere/checkpoint'], 69, /\/nowhere\/checkpoint/],
    ['an unknown option', ['verify', __filename, '--kee', 'x'], 64, /Did you mean --key\?/],
  ])('without a verdict, given %s, says what to do and exits with neither 0, 1 nor 2', async (_what, arguments_, exitCode, message) => {
    const run = await runCli(arguments_);
    expect(run.exitCode).toBe(exitCode);
    expect(run.err).toMatch(message);
    expect(run.out).toBe('');
  });

  it('names the line of a policy that is none', async () => {
    const run = await runCli(['verify', at('good'), '--policy', at('cut.policy')]);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).toMatch(/cut\.policy is not a policy: line 2: the last line does not end.*\n.*→ Write it by C2SP tlog-policy/);
  });

  it('never repeats a wrong key', async () => {
    expect((await runCli(['verify', at('good'), '--key', 'PRIVATE+KEY+very-secret'])).err).not.toContain('very-secret');
  });

  it('tells a wrong checkpoint file from a broken export', async () => {
    const run = await runCli(['verify', at('good'), '--key', KEY.vkey, '--at-least', at('bad-checkpoint')]);
    expect({ exitCode: run.exitCode, out: run.out }).toEqual({ exitCode: 64, out: '' });
    expect(run.err).toMatch(/bad-checkpoint is not a checkpoint: .*\n.*→/);
  });
});
