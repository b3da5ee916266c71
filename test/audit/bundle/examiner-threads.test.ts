/** Verification on several threads: the same report to the letter as on one, whatever was done to the export, and no pass without every thread's word. */
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { openThreads } from '../../../audit/bundle/examiner-threads';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { examineHere, type OpenExaminer } from '../../../audit/log/log-walk';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { formatSignature, parseNote } from '../../../audit/log/note';
import type { Report } from '../../../audit/log/verdict';
import { closedLog } from '../complete-export';
import { KEY, logBundle, sampleLog, type Forgery } from '../sample-log';

const SCRIPT = path.resolve(__dirname, '../../../dist/audit/bundle/examiner.thread.js');
const compiled = existsSync(SCRIPT) ? it : it.skip;
const unless = existsSync(SCRIPT) ? '' : ' (skipped: there is no dist/; npm run build makes it)';

const verify = (bytes: Buffer, openExaminer: OpenExaminer, options = {}): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey, openExaminer, ...options });

async function bothWays(bytes: Buffer, options = {}): Promise<Report> {
  const alone = await verify(bytes, examineHere, options);
  expect(await verify(bytes, openThreads({ script: SCRIPT, threads: 3 }), options)).toEqual(alone);
  return alone;
}

function flipped(bytes: Buffer, ...places: number[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const at of places) copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

/** Lies that only a comparison across segments or only a look at one segment can find. */
const FORGERIES: readonly (readonly [name: string, forgery: Forgery, code: string])[] = [
  ['a prev that leads nowhere, at the edge of two segments', { place: (place) => (place.index === 256 ? { ...place, prev: Buffer.alloc(32, 1).toString('base64url') } : place) }, 'PREV_MISMATCH'],
  ['a prev that leads nowhere, within a segment', { place: (place) => (place.index === 300 ? { ...place, prev: Buffer.alloc(32, 1).toString('base64url') } : place) }, 'PREV_MISMATCH'],
  ['a number of a source left out between two segments', { place: (place) => (place.index >= 512 && place.source === 'debts' ? { ...place, sourceSeq: place.sourceSeq + 1 } : place) }, 'SOURCE_GAP'],
  ['a number of a source left out within a segment', { place: (place) => (place.index >= 400 && place.source === 'debts' ? { ...place, sourceSeq: place.sourceSeq + 1 } : place) }, 'SOURCE_GAP'],
  ['time going backwards at an edge', { place: (place) => (place.index === 512 ? { ...place, recordedAt: '2026-11-20T00:00:00.000Z' } : place) }, 'TIME_BACKWARDS'],
  ['a link that leads to no entry (CVE-2022-36111), seen across segments', { links: (links, index) => (index === 257 ? links.map((link) => (link.stream === 'borrower:borrower_2' ? { ...link, prev: Buffer.alloc(32, 1).toString('base64url') } : link)) : links) }, 'STREAM_PREV_MISMATCH'],
  ['a link left out in one segment, missed in another', { links: (links, index) => links.map((link) => (index >= 258 && link.stream === 'creditor:creditor_0' ? { ...link, n: link.n + 1 } : link)) }, 'STREAM_GAP'],
  ['two faults: the earlier entry is named', { place: (place) => (place.index === 530 ? { ...place, recordedAt: '2026-11-20T00:00:00.000Z' } : place), links: (links, index) => links.map((link) => (index >= 520 && link.stream === 'creditor:creditor_0' ? { ...link, n: link.n + 1 } : link)) }, 'STREAM_GAP'],
];

describe('an export verified on three threads', () => {
  compiled(`is verified as on one${unless}`, async () => {
    expect(await bothWays(await logBundle(await sampleLog(1_000)))).toMatchObject({ outcome: 'verified', counts: { entries: 1_000 } });
    const closed = await closedLog(700, { after: 100 });
    expect(await bothWays(await logBundle(closed), { derivesHeads: true, atLeast: await closed.checkpointAt(300) })).toMatchObject({ outcome: 'verified', completeness: { reasons: [{ code: 'WHOLE_LOG_PRESENT' }, { code: 'HEADS_DERIVED' }] } });
    expect(await bothWays(await logBundle(await closedLog(300, { facts: (facts) => ({ ...facts, root: Buffer.alloc(32, 5).toString('base64url') }), after: 300 })), { derivesHeads: true })).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'HEADS_WRONG', index: 300 }] } });
  });

  compiled(`with times that others contradict in several segments, names them in the same words${unless}`, async () => {
    const key = createCosignerKey('anna.test/w', Buffer.alloc(32, 60));
    const cosigner = openCosigner(key.secret, () => new Date('2026-11-21T08:00:00.000Z'));
    const log = await sampleLog(700, { place: (place) => ({ ...place, recordedAt: place.index < 200 ? place.recordedAt : '2026-11-22T08:00:00.000Z' }) });
    const cosigned = log.checkpoint + formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature: await cosigner.sign(parseNote(log.checkpoint).text) });
    const policy = Buffer.from(`witness anna ${key.vkey}\nquorum anna\n`);
    const report = await bothWays(await logBundle({ ...log, checkpoint: cosigned }), { policy });
    expect(report).toMatchObject({ counts: { contradicted: 500 }, time: { reasons: [{}, { code: 'RECORDED_TIME_CONTRADICTED', index: 200, got: '2026-11-22T08:00:00.000Z, and 499 more up to entry 699' }] } });
  });

  for (const [name, forgery, code] of FORGERIES) {
    compiled(`with ${name}, is broken at the same place${unless}`, async () => {
      const report = await bothWays(await logBundle(await sampleLog(600, forgery)));
      expect(report.outcome).toBe('broken');
      expect([report.integrity, report.completeness, report.time].find(({ state }) => state === 'failed')?.reasons).toMatchObject([{ code }]);
    });
  }

  compiled(`with bytes flipped or cut off anywhere, is broken at the same place${unless}`, async () => {
    const bundle = await logBundle(await sampleLog(800));
    for (let part = 1; part < 24; part += 1) {
      const at = Math.floor((bundle.length * part) / 24);
      // The second flip comes later in the file: reading ahead must not report it first.
      for (const changed of [flipped(bundle, at), flipped(bundle, at, Math.floor((at + bundle.length) / 2)), bundle.subarray(0, at), flipped(bundle, Math.floor(at / 2)).subarray(0, at)]) {
        expect(await bothWays(changed)).toMatchObject({ outcome: 'broken' });
      }
    }
  });
});

describe('a thread that', () => {
  let folder: string;
  let bundle: Buffer;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-threads-'));
    bundle = await logBundle(await sampleLog(600));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it.each([
    ['ends at once', 'process.exit(0)', /ended before its work was done/],
    ['ends when it is given work', "require('node:worker_threads').parentPort.on('message', () => process.exit(0))", /ended before its work was done/],
    ['throws', "require('node:worker_threads').parentPort.on('message', () => { throw new Error('out of order') })", /out of order/],
  ])('%s, ends the verification without a report', async (_what, code, message) => {
    const script = path.join(folder, `${code.length}.js`);
    await fs.writeFile(script, code);
    await expect(verify(bundle, openThreads({ script, threads: 2 }))).rejects.toThrow(message);
  });
});
