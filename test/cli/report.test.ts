/** `cession report` on real exports: what it writes, from the entries alone, and that it says nothing about a broken one. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { filesOf } from '../audit/bundle-files';
import { busyEvents } from '../audit/report/busy-log';
import { sampleAppendix } from '../audit/sample-appendix';
import { KEY, logBundle, sampleLog, streamBundle } from '../audit/sample-log';
import { runCli } from './run-cli';

let folder: string;
let own: ReadonlyMap<string, Buffer>;
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-report-'));
  const log = await sampleLog(300, {}, busyEvents(300));
  const lying = (files: Parameters<Parameters<typeof sampleAppendix>[0] & object>[0]) => files.map((file) => (file.name.endsWith('.html') ? { ...file, bytes: Buffer.from('<p>No refusal at all.</p>') } : file));
  const whole = await logBundle(log, { appendix: sampleAppendix(lying) });
  own = await filesOf(await logBundle(log, { appendix: sampleAppendix() }));
  const broken = Buffer.from(whole);
  broken[Math.floor(broken.length / 3)]! ^= 1;
  const plain = await logBundle(log);
  const stream = await streamBundle(log, [{ stream: 'borrower:borrower_1', from: 1, to: 20 }]);
  for (const [name, bytes] of Object.entries({ whole, broken, plain, stream, v2: await fs.readFile(path.join(__dirname, '../golden/ledger/v2/stream.tar')) })) await fs.writeFile(at(name), bytes);
});

afterAll(() => fs.rm(folder, { recursive: true, force: true }));

describe('cession report', () => {
  it('makes from the entries what an honest exporter would have put into the export', async () => {
    const { exitCode, out } = await runCli(['report', at('whole'), '--out', at('out'), '--key', KEY.vkey]);
    expect({ exitCode, names: (await fs.readdir(at('out'))).sort() }).toEqual({ exitCode: 0, names: ['entries.csv', 'report.en.html', 'report.zh.html', 'summary.json'] });
    expect(out).toContain('VERIFIED');
    for (const name of ['summary.json', 'entries.csv']) expect(await fs.readFile(path.join(at('out'), name))).toEqual(own.get(`report/${name}`));
    const page = await fs.readFile(path.join(at('out'), 'report.en.html'), 'utf8');
    expect(page).toContain('VERIFIED: everything checked holds under the key given from outside');
    expect(page).not.toContain('No refusal at all');
    expect(page).toContain('NO-RULE-KNOWN');
    expect(page).toContain('What borrowers.DataDisclosed means.');
  });

  it('in one language writes that page only', async () => {
    const { exitCode, out } = await runCli(['report', at('stream'), '--out', at('zh'), '--key', KEY.vkey, '--language', 'zh', '--json']);
    const { files } = JSON.parse(out) as { files: string[] };
    expect({ exitCode, files: files.map((file) => path.basename(file)) }).toEqual({ exitCode: 0, files: ['summary.json', 'report.zh.html', 'entries.csv'] });
    expect(await fs.readFile(path.join(at('zh'), 'report.zh.html'), 'utf8')).toContain('已验证');
  });

  it('without a key says on the page that the origin is not trusted', async () => {
    expect(await runCli(['report', at('plain'), '--out', at('plain-out')])).toMatchObject({ exitCode: 2 });
    expect(await fs.readFile(path.join(at('plain-out'), 'report.en.html'), 'utf8')).toContain('ORIGIN NOT TRUSTED');
  });

  it('reads exports of earlier versions', async () => {
    expect(await runCli(['report', at('v2'), '--out', at('v2-out')])).toMatchObject({ exitCode: 2 });
    expect(JSON.parse(await fs.readFile(path.join(at('v2-out'), 'summary.json'), 'utf8'))).toMatchObject({ entries: 2, events: { 'debts.DebtRegistered/1': 1 } });
  });

  it('writes nothing about a broken export and says where it is broken', async () => {
    const { exitCode, out } = await runCli(['report', at('broken'), '--out', at('never'), '--key', KEY.vkey]);
    expect({ exitCode, isBroken: out.includes('BROKEN'), isThere: await fs.stat(at('never')).then(() => true, () => false) }).toEqual({ exitCode: 1, isBroken: true, isThere: false });
  });

  it('is refused a folder that the system does not let anybody make', async () => {
    expect(await runCli(['report', at('whole'), '--out', path.join(at('whole'), 'below'), '--key', KEY.vkey])).toMatchObject({ exitCode: 69, err: expect.stringContaining('a part of the path is not a folder') as string });
  });

  it('has to be told where to', async () => {
    expect(await runCli(['report', at('whole')])).toMatchObject({ exitCode: 64 });
  });
});
