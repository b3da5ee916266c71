/**
 * Entries whose time of recording others contradict: a clock that ran ahead, stood still after it, or was set back is named with the
 * entries that show it. It is a finding: the log is what was signed, so nothing else in the verdict changes.
 */
import fc from 'fast-check';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { ClockCheck, clockSpans } from '../../../audit/log/clock-check';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { formatSignature, parseNote } from '../../../audit/log/note';
import { CLOCK_LEEWAY_MS, type Attested } from '../../../audit/log/time-bounds';
import type { Report } from '../../../audit/log/verdict';
import { runCli } from '../../cli/run-cli';
import { KEY, logBundle, sampleLog, seriesOf, streamBundle, type SampleLog } from '../sample-log';

const WITNESS = createCosignerKey('anna.test/w', Buffer.alloc(32, 60));
const POLICY = Buffer.from(`log ${KEY.vkey}\nwitness anna ${WITNESS.vkey}\nquorum anna\n`);
const [EIGHT, NINE, TEN] = ['08', '09', '10'].map((hour) => new Date(`2026-11-21T${hour}:00:00.000Z`)) as [Date, Date, Date];
const plus = (at: Date, ms: number): string => new Date(at.getTime() + ms).toISOString();

const cosignedAt =
  (at: Date) =>
  async (note: string): Promise<string> => {
    const cosigner = openCosigner(WITNESS.secret, () => at);
    return note + formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature: await cosigner.sign(parseNote(note).text) });
  };

/** Nine entries recorded as told; a witness saw the first four at nine o'clock and all of them at ten. */
async function witnessed(recordedAt: (index: number) => string): Promise<{ log: SampleLog; series: Awaited<ReturnType<typeof seriesOf>> }> {
  const log = await sampleLog(9, { place: (place) => ({ ...place, recordedAt: recordedAt(place.index) }) });
  const series = await seriesOf(log, [4], cosignedAt(NINE));
  return { log: { ...log, checkpoint: await cosignedAt(TEN)(log.checkpoint) }, series };
}

const verify = (bytes: Buffer): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { policy: POLICY });

const HONEST = (index: number): string => plus(index < 4 ? EIGHT : NINE, 1_800_000 + index);
const latest = (at: Date): string => `not after ${plus(at, CLOCK_LEEWAY_MS)}`;
const earliest = (at: Date): string => `not before ${plus(at, -CLOCK_LEEWAY_MS)}`;

describe.each<[string, (log: SampleLog, attachments: object) => Promise<Buffer>]>([
  ['whole log', (log, attachments) => logBundle(log, attachments)],
  ['stream', (log, attachments) => streamBundle(log, [{ stream: 'creditor:creditor_0', from: 1, to: 4 }], attachments)],
])('a %s', (_kind, bundle) => {
  const report = async (recordedAt: (index: number) => string): Promise<Report> => {
    const { log, series } = await witnessed(recordedAt);
    return verify(await bundle(log, { series }));
  };

  it('recorded by a clock that others agree with is proven as to time', async () => {
    expect(await report(HONEST)).toMatchObject({ outcome: 'verified', counts: { contradicted: 0 }, time: { state: 'proven', reasons: [{ code: 'ATTESTED_BY_OTHERS' }] } });
  });

  it('recorded within the leeway of five minutes is, too', async () => {
    expect(await report((index) => (index < 4 ? plus(NINE, CLOCK_LEEWAY_MS) : plus(TEN, CLOCK_LEEWAY_MS)))).toMatchObject({ counts: { contradicted: 0 }, time: { state: 'proven' } });
  });

  it.each<[string, (index: number) => string, object[]]>([
    ['a clock that ran ahead of what a witness had already seen', (index) => (index < 2 ? HONEST(index) : plus(TEN, index)), [{ index: 2, expected: latest(NINE) }]],
    ['a clock set back: what a witness had not yet seen is said to be older', () => plus(EIGHT, 0), [{ index: 4, expected: earliest(NINE) }]],
    ['both, each where it happened', (index) => (index < 4 ? plus(TEN, CLOCK_LEEWAY_MS) : plus(TEN, CLOCK_LEEWAY_MS + 1)), [{ expected: latest(NINE) }, { expected: latest(TEN) }]],
  ])('with %s, names the entries and leaves every other verdict as it was', async (_case, recordedAt, found) => {
    const { outcome, exitCode, integrity, completeness, policy, time, counts } = await report(recordedAt);
    const honest = await report(HONEST);
    expect({ outcome, exitCode, integrity, completeness, policy }).toEqual({ outcome: 'verified', exitCode: 0, integrity: honest.integrity, completeness: honest.completeness, policy: honest.policy });
    expect(time).toMatchObject({ state: 'not proven', reasons: [{ code: 'ATTESTED_BY_OTHERS' }, ...found.map((one) => ({ code: 'RECORDED_TIME_CONTRADICTED', ...one }))] });
    expect(counts.contradicted).toBeGreaterThan(0);
  });

  it('is contradicted by nobody whom the verifier was not told to believe', async () => {
    const { log, series } = await witnessed(() => plus(TEN, 86_400_000));
    const alone = await verifyBundle(Readable.from([await bundle(log, { series })], { objectMode: false }), { vkey: KEY.vkey });
    expect(alone).toMatchObject({ outcome: 'verified', counts: { contradicted: 0 }, time: { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }] } });
  });
});

describe('cession verify', () => {
  it('says so to people and in JSON, and does not call the log broken for it', async () => {
    const { log, series } = await witnessed((index) => (index < 4 ? HONEST(index) : plus(TEN, 86_400_000)));
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-clock-'));
    const [file, policy] = [path.join(folder, 'export.tar'), path.join(folder, 'policy')];
    await fs.writeFile(file, await logBundle(log, { series }));
    await fs.writeFile(policy, POLICY);
    const human = await runCli(['verify', file, '--policy', policy]);
    expect(human).toMatchObject({ exitCode: 0, out: expect.stringContaining('[RECORDED_TIME_CONTRADICTED]') as string });
    expect(human.out).toContain('2026-11-22T10:00:00.000Z, and 4 more up to entry 8');
    expect(human.out).toContain('Time: not proven');
    const report = JSON.parse((await runCli(['verify', file, '--policy', policy, '--json'])).out) as Report;
    expect(report).toMatchObject({ outcome: 'verified', counts: { contradicted: 5 }, time: { reasons: [{ code: 'ATTESTED_BY_OTHERS' }, { code: 'RECORDED_TIME_CONTRADICTED', index: 4 }] } });
    await fs.rm(folder, { recursive: true, force: true });
  });
});

describe('the check of the clock', () => {
  const minute = (n: number): Date => new Date(NINE.getTime() + n * 60_000);
  const attestation = fc.record({ size: fc.integer({ min: 1, max: 20 }), at: fc.nat({ max: 60 }).map(minute), by: fc.constantFrom('witness' as const, 'timestamp' as const), name: fc.constant('w') });

  /** The rule, one entry at a time. */
  const isContradicted = (index: number, recordedAt: Date, attested: readonly Attested[]): boolean =>
    attested.some(({ size, at, by }) => (size > index ? recordedAt.getTime() > at.getTime() + CLOCK_LEEWAY_MS : by === 'witness' && recordedAt.getTime() < at.getTime() - CLOCK_LEEWAY_MS));

  it('finds exactly the entries that somebody contradicts, in one piece or joined from parts', () => {
    fc.assert(
      fc.property(fc.array(attestation, { maxLength: 8 }), fc.array(fc.nat({ max: 60 }), { maxLength: 18 }), fc.nat({ max: 18 }), (attested, minutes, cut) => {
        const times = [...minutes].sort((a, b) => a - b).map(minute);
        const spans = clockSpans(20, attested);
        const [whole, head, tail, joined] = [new ClockCheck(spans), new ClockCheck(spans), new ClockCheck(spans), new ClockCheck(spans)];
        times.forEach((at, index) => {
          whole.accept(index, at.toISOString());
          (index < cut ? head : tail).accept(index, at.toISOString());
        });
        for (const part of [head, tail]) for (const one of part.contradictions) joined.add(one);
        expect(joined.contradictions).toEqual(whole.contradictions);
        expect(whole.count).toBe(times.filter((at, index) => isContradicted(index, at, attested)).length);
      }),
    );
  });

  it('takes the latest time a cosignature can have for no limit', () => {
    const check = new ClockCheck(clockSpans(2, [{ size: 2, at: new Date(8.64e15), by: 'witness', name: 'w' }]));
    check.accept(0, '9999-12-31T23:59:59.999Z');
    expect(check.count).toBe(0);
  });
});
