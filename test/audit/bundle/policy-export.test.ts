/** Exports judged by a policy from outside, and earlier checkpoints in them: who cosigned, what was seen before, when. */
import { Readable } from 'node:stream';
import { readContainer } from '../../../audit/bundle/container-reader';
import { memberHeader, padding, TRAILER } from '../../../audit/bundle/member';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { signCheckpoint } from '../../../audit/log/checkpoint';
import { formatSeries, parseSeries, type SeriesRecord } from '../../../audit/log/checkpoint-series';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import type { ExportFile } from '../../../audit/log/export-files';
import { FilesHash } from '../../../audit/log/export-files';
import { FormatError } from '../../../audit/log/format-error';
import { formatManifest, formatSeal, parseManifest, parseSeal } from '../../../audit/log/manifest';
import { formatSignature, parseNote, signNote } from '../../../audit/log/note';
import type { Report } from '../../../audit/log/verdict';
import type { VerifyOptions } from '../../../audit/log/verify';
import { KEY, logBundle, ORIGIN, OTHER_KEY, sampleLog, seriesOf, SIGNER, streamBundle, type SampleLog } from '../sample-log';

const verify = (bytes: Buffer, options: VerifyOptions = {}): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), options);
const withKey = { vkey: KEY.vkey };
const STREAM = [{ stream: 'borrower:borrower_1', from: 1, to: 3 }];

const EIGHT = new Date('2026-11-21T08:00:00.000Z');
const NINE = new Date('2026-11-21T09:00:00.000Z');
const [ANNA, BERT] = ['anna', 'bert'].map((name, n) => createCosignerKey(`${name}.test/w`, Buffer.alloc(32, 60 + n)));
const policyOf = (...lines: readonly string[]): Buffer => Buffer.from([`log ${KEY.vkey}`, `witness anna ${ANNA?.vkey}`, `witness bert ${BERT?.vkey}`, ...lines, ''].join('\n'));
const BOTH = policyOf('group both all anna bert', 'quorum both');
const ANY = policyOf('group any any anna bert', 'quorum any');

const cosigned =
  (at: Date, ...keys: readonly (typeof ANNA)[]) =>
  async (note: string): Promise<string> => {
    for (const key of keys) {
      const cosigner = openCosigner(key?.secret ?? '', () => at);
      note += formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature: await cosigner.sign(parseNote(note).text) });
    }
    return note;
  };
const witnessedLog = async (...keys: readonly (typeof ANNA)[]): Promise<SampleLog> => {
  const log = await sampleLog(9);
  return { ...log, checkpoint: await cosigned(NINE, ...keys)(log.checkpoint) };
};

describe.each<[string, (log: SampleLog, attachments?: object) => Promise<Buffer>]>([
  ['whole log', (log, attachments) => logBundle(log, attachments)],
  ['stream', (log, attachments) => streamBundle(log, STREAM, attachments)],
])('an export of a %s', (_kind, bundle) => {
  it('is verified by a policy alone: the log key comes from outside with it', async () => {
    expect(await verify(await bundle(await witnessedLog(ANNA, BERT)), { policy: BOTH })).toMatchObject({
      outcome: 'verified',
      keyGiven: true,
      policy: { state: 'proven', reasons: [{ code: 'QUORUM_REACHED', expected: 'both' }] },
      time: { state: 'proven', reasons: [{ code: 'ATTESTED_BY_OTHERS', got: `entries 0 to 8 not after ${NINE.toISOString()}` }] },
      attested: [{ size: 9, at: NINE.toISOString(), by: 'witness', name: 'anna' }, { name: 'bert' }],
    });
  });

  it('without its quorum fails the policy, and says what else holds', async () => {
    expect(await verify(await bundle(await witnessedLog(BERT)), { policy: BOTH })).toMatchObject({ outcome: 'broken', exitCode: 1, integrity: { state: 'proven' }, policy: { state: 'failed', reasons: [{ code: 'QUORUM_MISSING', expected: 'both' }] } });
  });

  it('with cosignatures but no policy proves nothing by them', async () => {
    expect(await verify(await bundle(await witnessedLog(ANNA, BERT)), withKey)).toMatchObject({ outcome: 'verified', policy: { state: 'not checked' }, time: { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }] }, attested: [] });
  });

  it('of a log that the policy does not list fails it (trap: identity chosen by the server)', async () => {
    const policy = Buffer.from(`log ${OTHER_KEY.vkey}\nquorum none\n`);
    expect(await verify(await bundle(await witnessedLog(ANNA)), { policy })).toMatchObject({ outcome: 'broken', keyGiven: false, policy: { state: 'failed' } });
  });

  it('with earlier checkpoints is compared with one of another size (issue: rolled back or rewritten between two visits)', async () => {
    const log = await sampleLog(9);
    const options = { ...withKey, atLeast: await log.checkpointAt(5) };
    const codes = async (attachments: object): Promise<readonly string[]> => (await verify(await bundle(log, attachments), options)).integrity.reasons.map(({ code }) => code);
    expect(await codes({ series: await seriesOf(log, [2, 5, 8]) })).toEqual(['ALL_ENTRIES_CHECKED', 'CHECKPOINTS_CONSISTENT', 'KNOWN_CHECKPOINT_CONTAINED']);
  });

  it('that forked from a checkpoint seen earlier is found by its own series', async () => {
    const log = await sampleLog(9);
    const seen = await signCheckpoint({ origin: ORIGIN, size: 5, root: Buffer.alloc(32, 5) }, SIGNER);
    expect(await verify(await bundle(log, { series: await seriesOf(log, [5]) }), { ...withKey, atLeast: seen })).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'FORKED_FROM_KNOWN' }] } });
  });

  it('carries what witnesses said of earlier checkpoints, which bounds each entry from both sides', async () => {
    const log = await witnessedLog(BERT);
    const series = await seriesOf(log, [4, 6], cosigned(EIGHT, ANNA));
    const report = await verify(await bundle(log, { series }), { policy: ANY });
    expect(report.attested).toMatchObject([{ size: 4, name: 'anna' }, { size: 6, name: 'anna' }, { size: 9, name: 'bert' }]);
    const [eight, nine] = [EIGHT.toISOString(), NINE.toISOString()];
    expect(report.bounds).toEqual([
      { first: 0, last: 3, notBefore: null, notAfter: eight },
      { first: 4, last: 5, notBefore: eight, notAfter: eight },
      { first: 6, last: 8, notBefore: eight, notAfter: nine },
    ]);
    const altered = await verify(await resealed(await bundle(log, { series }), (files) => files.filter(({ name }) => !name.startsWith('disclosures/'))), { policy: ANY });
    expect(altered).toMatchObject({ outcome: 'broken', bounds: [] });
  });

  it('whose last checkpoint nobody attested says how far others do', async () => {
    const log = await sampleLog(9);
    const series = await seriesOf(log, [6], cosigned(EIGHT, ANNA));
    const report = await verify(await bundle(log, { series }), { policy: policyOf('quorum none') });
    expect(report.bounds).toEqual([{ first: 0, last: 5, notBefore: null, notAfter: EIGHT.toISOString() }, { first: 6, last: 8, notBefore: EIGHT.toISOString(), notAfter: null }]);
    expect(report).toMatchObject({ policy: { state: 'proven' }, time: { state: 'not proven', reasons: [{ code: 'ATTESTED_IN_PART', got: `entries 0 to 5 not after ${EIGHT.toISOString()}` }] } });
  });
});

/** Files of a good export, changed, and sealed again by somebody who holds the log's key. */
async function resealed(bundle: Buffer, change: (files: ExportFile[]) => ExportFile[]): Promise<Buffer> {
  const files: ExportFile[] = [];
  for await (const file of readContainer(Readable.from([bundle], { objectMode: false }))) files.push(file);
  const seal = parseSeal(parseNote((files.pop() as ExportFile).bytes.toString()).text);
  const changed = change(files);
  const hash = new FilesHash();
  for (const file of changed) hash.add(file);
  const note = await signNote(formatSeal({ disclosed: seal.disclosed, entries: seal.entries, withheld: seal.withheld, files: hash.count, sha256: hash.digest() }), [SIGNER]);
  const all = [...changed, { name: 'seal', bytes: Buffer.from(note) }];
  return Buffer.concat([...all.flatMap(({ name, bytes }) => [memberHeader(name, bytes.length), bytes, Buffer.alloc(padding(bytes.length))]), TRAILER]);
}

describe('an operator who holds the key', () => {
  const edit = async (change: (series: SeriesRecord[], log: SampleLog) => SeriesRecord[] | Promise<SeriesRecord[]>): Promise<Report> => {
    const log = await sampleLog(9);
    const bundle = await logBundle(log, { series: await seriesOf(log, [3, 6]) });
    const series = await change(await seriesOf(log, [3, 6]), log);
    const text = Buffer.from(formatSeries(series));
    return verify(await resealed(bundle, (files) => files.map((file) => (file.name === 'checkpoints' ? { ...file, bytes: text } : file))), withKey);
  };

  it.each<[string, Parameters<typeof edit>[0], string]>([
    ['an earlier checkpoint of another tree', async (series) => [{ ...(series[0] as SeriesRecord), checkpoint: await signCheckpoint({ origin: ORIGIN, size: 3, root: Buffer.alloc(32, 1) }, SIGNER) }], 'CONSISTENCY_INVALID'],
    ['a proof of another size', (series) => [{ checkpoint: series[0]?.checkpoint ?? '', consistency: series[1]?.consistency ?? [] }], 'CONSISTENCY_INVALID'],
    ['no proof', (series) => [{ ...(series[0] as SeriesRecord), consistency: [] }], 'CONSISTENCY_INVALID'],
    ['a checkpoint that somebody else signed', (series) => [{ ...(series[0] as SeriesRecord), checkpoint: (series[0]?.checkpoint ?? '').replaceAll(ORIGIN, 'cession.test/other') }], 'SIGNATURE_MISSING'],
    ['descending sizes', (series) => [...series].reverse(), 'CHECKPOINTS_MALFORMED'],
    ['a checkpoint twice', (series) => [series[0] as SeriesRecord, series[0] as SeriesRecord], 'CHECKPOINTS_MALFORMED'],
    ['a checkpoint of the export\'s own size', async (_series, log) => [{ checkpoint: log.checkpoint, consistency: [] }], 'CHECKPOINTS_MALFORMED'],
    ['an empty file', () => [], 'CHECKPOINTS_MALFORMED'],
  ])('cannot put in %s', async (_case, change, code) => {
    expect(await edit(change)).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code, file: 'checkpoints' }] } });
  });

  it.each<[string, (text: string) => string]>([
    ['another member', (text) => text.replace('"consistency"', '"consistencies"')],
    ['white space', (text) => text.replace('{"checkpoint"', '{ "checkpoint"')],
    ['a cut last line', (text) => text.slice(0, -1)],
    ['a short hash', (text) => text.replace(/"[A-Za-z0-9+/]{43}="/, '"AA=="')],
  ])('cannot write a series with %s', async (_case, change) => {
    const log = await sampleLog(9);
    const text = formatSeries(await seriesOf(log, [3, 6]));
    expect(change(text)).not.toBe(text);
    expect(() => parseSeries(change(text))).toThrow();
  });

  it('is stopped by his own writer', async () => {
    const log = await sampleLog(9);
    const [first] = await seriesOf(log, [3]);
    await expect(logBundle(log, { series: [{ ...(first as SeriesRecord), consistency: [] }] })).rejects.toThrow('CONSISTENCY_INVALID');
    await expect(logBundle(log, { timestamps: [{ size: 4, token: Buffer.alloc(3) }] })).rejects.toThrow('does not hold');
  });
});

describe('a manifest', () => {
  const manifest = parseManifest;
  const base = { kind: 'log' as const, checkpoint: { origin: ORIGIN, size: 0, root: Buffer.alloc(32).toString('base64') }, completeness: 'proven by this export' as const, createdAt: EIGHT.toISOString(), mandate: null, period: null, requestedBy: null, streams: [], vkey: KEY.vkey };

  it('of version 1 is read as one without optional files', () => {
    const v1 = formatManifest({ ...base, files: [] }).replace('cession-export/v3', 'cession-export/v1').replace('"files":[],', '').replace('"period":null,"requestedBy":null,', '').replace('"v":3', '"v":1');
    expect(manifest(v1)).toMatchObject({ files: [], period: null, requestedBy: null });
  });

  it('of version 2 is read as one that does not say who asked', () => {
    const v2 = formatManifest({ ...base, files: ['timestamps'] }).replace('cession-export/v3', 'cession-export/v2').replace('"requestedBy":null,', '').replace('"v":3', '"v":2');
    expect(manifest(v2)).toMatchObject({ files: ['timestamps'], requestedBy: null });
  });

  it.each<[string, (text: string) => string]>([
    ['version 1 with version 3 inside', (text) => text.replace('cession-export/v3', 'cession-export/v1')],
    ['version 2 with version 3 inside', (text) => text.replace('cession-export/v3', 'cession-export/v2').replace('"v":3', '"v":2')],
    ['version 2 with a policy', (text) => text.replace('cession-export/v3', 'cession-export/v2').replace('"requestedBy":null,', '').replace('"timestamps"]', '"policy"]').replace('"v":3', '"v":2')],
    ['version 3 without files', (text) => text.replace('"files":["checkpoints","timestamps"],', '')],
    ['version 3 without a period', (text) => text.replace('"period":null,', '')],
    ['version 3 without who asked', (text) => text.replace('"requestedBy":null,', '')],
    ['a number for who asked', (text) => text.replace('"requestedBy":null', '"requestedBy":1')],
    ['a period of a whole log', (text) => text.replace('"period":null', '"period":{"from":"2026-11-21T08:00:00.000Z","until":null}')],
    ['files in another order', (text) => text.replace('["checkpoints","timestamps"]', '["timestamps","checkpoints"]')],
    ['a file twice', (text) => text.replace('["checkpoints","timestamps"]', '["checkpoints","checkpoints"]')],
    ['an unknown file', (text) => text.replace('["checkpoints","timestamps"]', '["heads"]')],
    ['files that are no list', (text) => text.replace('["checkpoints","timestamps"]', '"checkpoints"')],
    ['version 4', (text) => text.replace('cession-export/v3', 'cession-export/v4').replace('"v":3', '"v":4')],
  ])('of %s is refused', (_case, change) => {
    const text = formatManifest({ ...base, files: ['checkpoints', 'timestamps'] });
    expect(change(text)).not.toBe(text);
    expect(() => manifest(change(text))).toThrow('MANIFEST_MALFORMED');
  });
});

describe('a policy given from outside', () => {
  it('that cannot be read is the caller\'s mistake, not a broken export', async () => {
    await expect(verify(await logBundle(await sampleLog(2)), { policy: Buffer.from('quorum x\n') })).rejects.toThrow(FormatError);
  });

  it('and a key that it does not list both have to hold', async () => {
    const log = await sampleLog(3);
    expect(await verify(await logBundle(log), { vkey: OTHER_KEY.vkey, policy: policyOf('quorum none') })).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'KEY_MISMATCH' }] } });
    expect(await verify(await logBundle(log), { ...withKey, policy: Buffer.from(`log ${OTHER_KEY.vkey}\nquorum none\n`) })).toMatchObject({ outcome: 'broken', policy: { state: 'failed' } });
  });

  it('without a log leaves the origin untrusted unless a key is given', async () => {
    const policy = Buffer.from(`witness anna ${ANNA?.vkey}\nquorum anna\n`);
    const bundle = await logBundle(await witnessedLog(ANNA));
    expect(await verify(bundle, { policy })).toMatchObject({ outcome: 'broken', policy: { reasons: [{ code: 'LOG_NOT_IN_POLICY' }] } });
    expect(await verify(bundle, { policy, ...withKey })).toMatchObject({ outcome: 'verified', policy: { state: 'proven' } });
  });
});
