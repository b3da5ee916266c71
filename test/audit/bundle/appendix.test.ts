/** What follows the entries of an export: the schemas of exactly its events, read strictly and never more than announced. */
import { Readable } from 'node:stream';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import type { ExportFile } from '../../../audit/log/export-files';
import type { Report } from '../../../audit/log/verdict';
import { readEventSchema } from '../../../schema/event-schemas';
import { filesOf } from '../bundle-files';
import { KEY, logBundle, sampleLog, streamBundle, type SampleLog } from '../sample-log';
import { sampleAppendix } from '../sample-appendix';

const FIRST = 'schemas/audit.LedgerCreated.v1.json';
const SECOND = 'schemas/debts.DebtRegistered.v1.json';
const verify = (bytes: Buffer): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey });

let log: SampleLog;
beforeAll(async () => {
  log = await sampleLog(5);
});

describe('the schemas in an export', () => {
  it('are those of the events of a whole log, after the entries', async () => {
    const bundle = await logBundle(log, { appendix: sampleAppendix() });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', counts: { entries: 5, files: 11 } });
    expect([...(await filesOf(bundle)).keys()].slice(5)).toEqual([FIRST, SECOND, 'report/summary.json', 'report/report.en.html', 'report/report.zh.html', 'report/entries.csv', 'seal']);
  });

  it('are those of the entries of a stream only', async () => {
    const bundle = await streamBundle(log, [{ stream: 'debt:debt_2', from: 1, to: 1 }], { appendix: sampleAppendix() });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified' });
    expect([...(await filesOf(bundle)).keys()].filter((name) => name.startsWith('schemas/'))).toEqual([SECOND]);
  });

  it('of a stream without entries are none', async () => {
    const bundle = await streamBundle(log, [{ stream: 'debt:debt_none', from: 1, to: 0 }], { appendix: sampleAppendix() });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', counts: { entries: 0 } });
  });

  it.each<[string, (files: readonly ExportFile[]) => readonly ExportFile[], object]>([
    ['one left out', ([, ...rest]) => rest, { code: 'FILE_MISSING', file: FIRST, got: SECOND }],
    ['all left out', () => [], { code: 'FILE_MISSING', file: FIRST, got: 'seal' }],
    ['one twice', (files) => [...files, files[1] as ExportFile], { code: 'FILE_DUPLICATE', file: SECOND }],
    ['one of an event that does not occur', (files) => [...files, { name: 'schemas/debts.GrantOpened.v1.json', bytes: Buffer.from('{}') }], { code: 'FILE_MISSING', file: 'seal', got: 'schemas/debts.GrantOpened.v1.json' }],
    ['two exchanged', ([first, second, ...rest]) => [second as ExportFile, first as ExportFile, ...rest], { code: 'FILE_MISSING', file: FIRST, got: SECOND }],
    ['one in the place of another', ([, second, ...rest]) => [{ name: FIRST, bytes: (second as ExportFile).bytes }, second as ExportFile, ...rest], { code: 'SCHEMA_MISMATCH', file: FIRST }],
    ['one that is not canonical', ([first, ...rest]) => [{ name: FIRST, bytes: Buffer.from(`${(first as ExportFile).bytes.toString()}\n`) }, ...rest], { code: 'NOT_CANONICAL', file: FIRST }],
    ['one that is no object', ([, ...rest]) => [{ name: FIRST, bytes: Buffer.from('[]') }, ...rest], { code: 'SCHEMA_MISMATCH', file: FIRST }],
    ['a file that is none of an export', (files) => [...files, { name: 'schemas/../passwd', bytes: Buffer.from('{}') }], { code: 'NAME_UNSAFE' }],
  ])('cannot be signed with %s', async (_case, change, finding) => {
    expect(await verify(await logBundle(log, { appendix: sampleAppendix(change) }))).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [finding] } });
  });

  it('cannot be longer than a reader takes', async () => {
    const large = sampleAppendix(() => [{ name: FIRST, bytes: Buffer.alloc(1024 * 1024 + 1) }]);
    await expect(logBundle(log, { appendix: large })).rejects.toThrow('more than a verifier reads');
  });

  it('are read from those written down, and from nowhere else', () => {
    expect(readEventSchema('debts.GrantOpened', 1)).toMatchObject({ title: 'debts.GrantOpened' });
    expect(() => readEventSchema('debts.GrantOpened', 99)).toThrow('ENOENT');
    for (const name of ['../package', 'debts.GrantOpened/../x', '']) expect(() => readEventSchema(name, 1)).toThrow(RangeError);
  });
});

describe('the policy in an export', () => {
  it('has to be one, for writer and reader', async () => {
    const policy = Buffer.from(`log ${KEY.vkey}\nquorum none\n`);
    expect(await verify(await logBundle(log, { policy }))).toMatchObject({ outcome: 'verified', policy: { state: 'not checked' } });
    await expect(logBundle(log, { policy: policy.subarray(0, -1) })).rejects.toThrow('line');
  });
});
