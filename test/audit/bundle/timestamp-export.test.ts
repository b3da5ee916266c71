/** Time stamps in an export: what they attest, and what a verifier says without certificates or with wrong ones. */
import { Readable } from 'node:stream';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { parseVkey } from '../../../audit/log/note-key';
import { formatTimestamps, parseTimestamps, stampedBytes, type TimestampRecord } from '../../../audit/log/timestamp-file';
import type { Report } from '../../../audit/log/verdict';
import { newStampRequest, readStampResponse } from '../../../audit/time/stamp-request';
import { openStampVerifier } from '../../../audit/time/stamp-verifier';
import { runCli } from '../../cli/run-cli';
import { testAuthority, type TestAuthority } from '../time/test-authority';
import { KEY, logBundle, sampleLog, seriesOf, type SampleLog } from '../sample-log';

const AT = new Date('2026-11-21T20:30:00.000Z');
const ATTESTED = new Date(AT.getTime() + 1_000).toISOString();
const key = parseVkey(KEY.vkey);
let authority: TestAuthority;
let log: SampleLog;
beforeAll(async () => {
  authority = await testAuthority();
  log = await sampleLog(9);
});

async function stamp(checkpoint: string, size: number, by = authority): Promise<TimestampRecord> {
  const request = newStampRequest(stampedBytes(checkpoint, key));
  return { size, token: readStampResponse(await by.answer(request.bytes, AT), request) };
}
const verify = (bytes: Buffer, rootPem?: string): Promise<Report> =>
  verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey, ...(rootPem !== undefined && { verifyStamp: openStampVerifier(rootPem) }) });

describe('an export with a time stamp', () => {
  it('proves when all its entries existed at the latest', async () => {
    const bundle = await logBundle(log, { timestamps: [await stamp(log.checkpoint, 9)] });
    expect(await verify(bundle, authority.rootPem)).toMatchObject({
      outcome: 'verified',
      time: { state: 'proven', reasons: [{ code: 'ATTESTED_BY_OTHERS', got: `entries 0 to 8 not after ${ATTESTED}` }] },
      attested: [{ size: 9, at: ATTESTED, by: 'timestamp', name: 'Test Authority' }],
    });
  });

  it('of an earlier checkpoint proves it for the entries in that one', async () => {
    const series = await seriesOf(log, [4]);
    const bundle = await logBundle(log, { series, timestamps: [await stamp(series[0]?.checkpoint ?? '', 4)] });
    expect(await verify(bundle, authority.rootPem)).toMatchObject({ outcome: 'verified', time: { state: 'not proven', reasons: [{ code: 'ATTESTED_IN_PART', got: `entries 0 to 3 not after ${ATTESTED}` }] } });
  });

  it('proves nothing by it when no certificate came from outside', async () => {
    const bundle = await logBundle(log, { timestamps: [await stamp(log.checkpoint, 9)] });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', attested: [], time: { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }, { code: 'TIMESTAMPS_NOT_CHECKED' }] } });
  });

  it.each<[string, () => Promise<TimestampRecord>]>([
    ['by an authority that is not trusted', async () => stamp(log.checkpoint, 9, await testAuthority())],
    ['over another checkpoint', async () => ({ ...(await stamp(await log.checkpointAt(8), 8)), size: 9 })],
    ['that is no token', async () => ({ size: 9, token: Buffer.from('token') })],
  ])('%s fails the verdict on time', async (_case, make) => {
    const bundle = await logBundle(log, { timestamps: [await make()] });
    expect(await verify(bundle, authority.rootPem)).toMatchObject({ outcome: 'broken', time: { state: 'failed', reasons: [{ code: 'TIMESTAMP_INVALID', file: 'timestamps' }] } });
  });

  it('holds although the checkpoint was cosigned after it was stamped', () => {
    const line = '\u2014 witness.test/w AAAAAAAA\n';
    expect(stampedBytes(log.checkpoint + line, key).equals(stampedBytes(log.checkpoint, key))).toBe(true);
    expect(stampedBytes(log.checkpoint, key).toString()).toBe(log.checkpoint);
  });
});

describe('a file of time stamps', () => {
  it.each<[string, string]>([
    ['of no line', ''],
    ['cut short', formatTimestamps([{ size: 1, token: Buffer.from('t') }]).slice(0, -1)],
    ['with another member', '{"size":1,"stamp":"AA==","token":"AA=="}\n'],
    ['with a negative size', '{"size":-1,"token":"AA=="}\n'],
    ['with base64url', '{"size":1,"token":"-w=="}\n'],
    ['with a huge token', formatTimestamps([{ size: 1, token: Buffer.alloc(70_000) }])],
  ])('%s is refused', (_case, text) => {
    expect(() => parseTimestamps(text)).toThrow();
  });
});

describe('cession verify --timestamp-ca', () => {
  it('takes the certificates from a file', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-timestamp-'));
    const at = (name: string): string => path.join(folder, name);
    await fs.writeFile(at('export'), await logBundle(log, { timestamps: [await stamp(log.checkpoint, 9)] }));
    await fs.writeFile(at('root.pem'), authority.rootPem);
    await fs.writeFile(at('empty.pem'), '');
    const { out, exitCode } = await runCli(['verify', at('export'), '--key', KEY.vkey, '--timestamp-ca', at('root.pem'), '--json']);
    expect({ exitCode, time: (JSON.parse(out) as Report).time.state }).toEqual({ exitCode: 0, time: 'proven' });
    expect(await runCli(['verify', at('export'), '--timestamp-ca', at('empty.pem')])).toMatchObject({ exitCode: 64, err: expect.stringContaining('no certificate in PEM') as string });
    await fs.rm(folder, { recursive: true, force: true });
  });
});
