/** A stream export that proves where its streams end: nothing missing before, between or after, and nothing of anybody else. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readContainer } from '../../../audit/bundle/container-reader';
import { renderReport } from '../../../audit/bundle/render-report';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { headValue, streamKey } from '../../../audit/log/heads-tree';
import type { StreamHead } from '../../../audit/log/head-proof';
import { proveInclusion } from '../../../audit/log/proof';
import type { Report } from '../../../audit/log/verdict';
import { filesOf } from '../bundle-files';
import { closedLog, completeExport, linksOf, rangeOf, type ClosedLog, type ExportShape } from '../complete-export';
import { createdEvent, debtEvent, KEY, logBundle, type SampleEvent } from '../sample-log';
import { sampleAppendix } from '../sample-appendix';

const withKey = { vkey: KEY.vkey };
const verify = (bytes: Buffer, options: object = withKey): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), options);
const B1 = 'borrower:borrower_1';
const C1 = 'creditor:creditor_1';
/** recordedAt of an entry of the sample log. */
const recorded = (index: number): string => new Date(Date.UTC(2026, 10, 21, 8, 0, 0, 1000 + index)).toISOString();

/** Everything that an export shows in clear or behind base64url. */
function shown(bundle: Buffer): string {
  const raw = bundle.toString('latin1');
  return raw + (raw.match(/[A-Za-z0-9_-]{40,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString('latin1')).join('\n');
}

describe('a complete stream export', () => {
  it.each(['borrower:borrower_1', 'creditor:creditor_0', 'source:debts', 'source:audit', 'debt:debt_7'])('of %s proves that nothing is missing', async (stream) => {
    const log = await closedLog(12);
    const range = rangeOf(log, stream);
    const report = await verify(await completeExport(log, [range]));
    expect(report).toMatchObject({ outcome: 'verified', streams: [range], period: null, completeness: { state: 'proven', reasons: [{ code: 'STREAMS_COMPLETE' }] }, counts: { entries: range.to + 1 } });
    expect(renderReport(report)).toContain('Completeness: proven');
    expect(renderReport(report, 'zh')).toContain('无遗漏: 已证明');
  });

  it('of a stream without entries proves that it has none', async () => {
    const log = await closedLog(12);
    for (let i = 0; i < 40; i += 1) {
      const stream = `debt:debt_absent_${i}`;
      const report = await verify(await completeExport(log, [{ stream, from: 1, to: 0 }]));
      expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven', reasons: [{ code: 'STREAMS_COMPLETE' }, { code: 'STREAM_EMPTY', got: stream }] }, counts: { entries: 1 } });
    }
  });

  it('of two streams shows an entry that is in both once, and an absent third', async () => {
    const log = await closedLog(12);
    const report = await verify(await completeExport(log, [rangeOf(log, B1), rangeOf(log, C1), { stream: 'debt:debt_none', from: 1, to: 0 }]));
    expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven', reasons: [{ code: 'STREAMS_COMPLETE' }, { code: 'STREAM_EMPTY', got: 'debt:debt_none' }] }, counts: { entries: 8 + 1 } });
  });

  it('of more than one segment of entries and of streams', async () => {
    const log = await closedLog(600);
    expect(await verify(await completeExport(log, [rangeOf(log, C1)]))).toMatchObject({ completeness: { state: 'proven' }, counts: { entries: 301 } });
    const absent = Array.from({ length: 300 }, (_, i) => ({ stream: `debt:debt_absent_${i}`, from: 1, to: 0 }));
    expect(await verify(await completeExport(log, absent))).toMatchObject({ outcome: 'verified', counts: { entries: 1 } });
  }, 30_000);

  it('flipped in any byte, is found', async () => {
    const log = await closedLog(4);
    const bundle = await completeExport(log, [rangeOf(log, 'debt:debt_2')]);
    for (let at = 0; at < bundle.length; at += 1) {
      const flipped = Buffer.from(bundle);
      flipped[at] = (flipped[at] as number) ^ (1 << at % 8);
      if ((await verify(flipped)).outcome !== 'broken') throw new Error(`byte ${at} was not found`);
    }
  });
});

describe('an export of a part by time', () => {
  // Entries of the borrower: 1, 4, 7, 10 of a log of 12.
  it.each<[string, { from: string | null; until: string | null }, number, number, number]>([
    ['the middle, with both neighbours', { from: recorded(2), until: recorded(9) }, 2, 3, 4],
    ['from the beginning, with the one after', { from: null, until: recorded(7) }, 1, 2, 3],
    ['to the end, with the one before', { from: recorded(5), until: null }, 3, 4, 3],
    ['all of it', { from: recorded(0), until: recorded(12) }, 1, 4, 4],
    ['a gap between two entries', { from: recorded(5), until: recorded(7) }, 3, 2, 2],
    ['a time before the first', { from: recorded(0), until: recorded(1) }, 1, 0, 1],
    ['a time after the last', { from: recorded(11), until: null }, 5, 4, 1],
    ['one entry, whose time is the lower bound', { from: recorded(4), until: recorded(5) }, 2, 2, 3],
  ])('proves %s', async (_case, period, from, to, entries) => {
    const report = await verify(await completeExport(await closedLog(12), [{ stream: B1, from, to }], { period }));
    expect(report).toMatchObject({ outcome: 'verified', period, completeness: { state: 'proven', reasons: [{ code: 'PERIOD_COMPLETE' }] }, counts: { entries: entries + 1 } });
    expect(renderReport(report)).toMatch(/Period: /);
  });

  it('of a stream without entries proves that it has none', async () => {
    const report = await verify(await completeExport(await closedLog(12), [{ stream: 'debt:debt_none', from: 1, to: 0 }], { period: { from: recorded(2), until: null } }));
    expect(report.completeness).toMatchObject({ state: 'proven', reasons: [{ code: 'PERIOD_COMPLETE' }, { code: 'STREAM_EMPTY' }] });
  });

  it('is of a single stream', async () => {
    const log = await closedLog(12);
    await expect(completeExport(log, [rangeOf(log, B1), rangeOf(log, C1)], { period: { from: recorded(2), until: null } })).rejects.toThrow('a single stream');
  });
});

describe('an operator who holds the key', () => {
  const period = { from: recorded(2), until: recorded(9) };
  const without = (index: number): ExportShape => ({ choose: (isChosen, entry) => isChosen && entry.index !== index });
  const other = (log: ClosedLog, stream: string): StreamHead => log.heads.last.get(stream) as StreamHead;

  it.each<[string, { from: number; to: number }, ExportShape, string, string]>([
    ['the first entry', { from: 1, to: 4 }, without(1), 'completeness', 'STREAM_GAP'],
    ['a middle entry', { from: 1, to: 4 }, without(4), 'completeness', 'STREAM_GAP'],
    ['the last entry', { from: 1, to: 4 }, without(10), 'completeness', 'STREAM_TAIL_MISSING'],
    ['the last entry, and says so in the manifest', { from: 1, to: 3 }, without(10), 'completeness', 'STREAM_TAIL_MISSING'],
    ['all entries, and says there are none', { from: 1, to: 0 }, { choose: () => false }, 'completeness', 'STREAM_TAIL_MISSING'],
    ['the beginning, and says so in the manifest', { from: 2, to: 4 }, { choose: (isChosen, entry) => isChosen && entry.index > 1 }, 'completeness', 'NEIGHBOUR_MISSING'],
    ['the beginning, but shows the one before without a period', { from: 3, to: 4 }, without(1), 'completeness', 'STREAM_RANGE_MISMATCH'],
    ['the neighbour before a period', { from: 2, to: 3 }, { ...without(1), period }, 'completeness', 'NEIGHBOUR_MISSING'],
    ['the neighbour after a period', { from: 2, to: 3 }, { ...without(10), period }, 'completeness', 'NEIGHBOUR_MISSING'],
    ['an entry at the edge of a period, calling the next one its neighbour', { from: 3, to: 3 }, { choose: (isChosen, entry) => isChosen && entry.index > 1, period }, 'completeness', 'PERIOD_MISMATCH'],
    ['an entry at the end of a period', { from: 2, to: 2 }, { choose: (isChosen, entry) => isChosen && entry.index < 10, period }, 'completeness', 'PERIOD_MISMATCH'],
  ])('cannot leave out %s', async (_case, range, shape, aspect, code) => {
    const report = await verify(await completeExport(await closedLog(12), [{ stream: B1, ...range }], shape));
    expect(report).toMatchObject({ outcome: 'broken', [aspect]: { state: 'failed', reasons: [{ code }] } });
  });

  it('cannot show an older last entry although heads and links name it (an entry is written after the heads)', async () => {
    const log = await closedLog(12, { after: 3 });
    const report = await verify(await completeExport(log, [{ stream: B1, from: 1, to: 4 }], { choose: (isChosen, entry) => isChosen && entry.index < 12 }));
    expect(report).toMatchObject({ outcome: 'broken', completeness: { state: 'failed', reasons: [{ code: 'HEADS_NOT_LAST', expected: '15', got: '12' }] } });
  });

  it.each<[string, (log: ClosedLog) => ExportShape, string, string]>([
    ['of another stream', (log) => ({ proof: (proof) => ({ ...proof, end: other(log, C1) }) }), 'completeness', 'HEAD_PROOF_INVALID'],
    ['with an earlier entry as the last', (log) => ({ proof: (proof) => ({ ...proof, end: { ...(proof.end as StreamHead), leaf: log.leaves[7]!.toString('base64url') } }) }), 'completeness', 'HEAD_PROOF_INVALID'],
    ['saying that an existing stream is absent', () => ({ proof: (proof) => ({ ...proof, end: null }) }), 'completeness', 'HEAD_PROOF_INVALID'],
    ['saying that another stream stands in its place', (log) => ({ proof: (proof) => ({ ...proof, end: { key: streamKey(C1), value: headValue(linksOf(log.entries[11]!)[0]!.digest, log.leaves[11]!.toString('base64url')) } }) }), 'completeness', 'HEAD_PROOF_INVALID'],
    ['without its first page', () => ({ proof: (proof) => ({ ...proof, pages: proof.pages.slice(1) }) }), 'completeness', 'HEAD_PROOF_INVALID'],
    ['whose page was changed', () => ({ proof: (proof) => ({ ...proof, pages: proof.pages.map((page) => Buffer.from(page).fill(1, 2, 3)) }) }), 'completeness', 'HEAD_PROOF_INVALID'],
  ])('cannot prove the end of a stream by a proof %s', async (_case, shapeOf, aspect, code) => {
    const log = await closedLog(12);
    const report = await verify(await completeExport(log, [rangeOf(log, B1)], shapeOf(log)));
    expect(report).toMatchObject({ outcome: 'broken', [aspect]: { state: 'failed', reasons: [{ code, file: 'heads/000' }] } });
  });

  it('cannot leave out the heads entry and still say that the export is complete', async () => {
    const log = await closedLog(12);
    const last = { ...log.entries[10]!, proof: await proveInclusion(10, log.entries.length, log.read) };
    const shape: ExportShape = { choose: (isChosen, entry) => isChosen && entry.index !== 10, source: (source) => ({ ...source, ends: { ...source.ends!, entry: last } }) };
    expect(await verify(await completeExport(log, [rangeOf(log, B1)], shape))).toMatchObject({ outcome: 'broken', completeness: { state: 'failed', reasons: [{ code: 'HEADS_MISSING', expected: 'entry 12' }] } });
  });

  it('cannot pass a heads entry off as one of the stream where the export says that it proves no end', async () => {
    const log = await closedLog(12);
    const shape: ExportShape = { choose: (isChosen, entry) => isChosen || entry.index === 12, source: (source) => ({ ...source, ends: null }) };
    expect(await verify(await completeExport(log, [rangeOf(log, B1)], shape))).toMatchObject({ outcome: 'broken', completeness: { reasons: [{ code: 'LINK_MISSING', index: 12 }] } });
  });

  it.each<[string, (facts: object) => object, string]>([
    ['states another size', (facts) => ({ ...facts, size: 11 }), 'HEADS_MALFORMED'],
    ['states more than is due', (facts) => ({ ...facts, more: 1 }), 'HEADS_MALFORMED'],
    ['states a root that is none', (facts) => ({ ...facts, root: 'x' }), 'HEADS_MALFORMED'],
    ['commits to other heads', (facts) => ({ ...facts, root: Buffer.alloc(32, 5).toString('base64url') }), 'HEAD_PROOF_INVALID'],
  ])('cannot use a heads entry that %s', async (_case, facts, code) => {
    const log = await closedLog(12, { facts });
    const report = await verify(await completeExport(log, [rangeOf(log, B1)]));
    expect(report).toMatchObject({ outcome: 'broken', completeness: { state: 'failed', reasons: [{ code }] } });
  });

  it.each<[string, (facts: { root: string; size: number; streams: number }) => object, string]>([
    ['a root over other heads', (facts) => ({ ...facts, root: Buffer.alloc(32, 5).toString('base64url') }), 'HEADS_WRONG'],
    ['another number of streams', (facts) => ({ ...facts, streams: facts.streams + 1 }), 'HEADS_WRONG'],
    ['facts that cannot be read', (facts) => ({ ...facts, size: 3 }), 'HEADS_MALFORMED'],
  ])('is found out by the whole log when a heads entry states %s', async (_case, facts, code) => {
    const bundle = await logBundle(await closedLog(12, { facts: (honest) => facts(honest), after: 2 }));
    expect(await verify(bundle, { ...withKey, derivesHeads: true })).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code, index: 12 }] } });
  });

  it('is told of heads that are right, or that they were not derived', async () => {
    const bundle = await logBundle(await closedLog(12, { after: 2 }));
    expect(await verify(bundle, { ...withKey, derivesHeads: true })).toMatchObject({ outcome: 'verified', completeness: { reasons: [{ code: 'WHOLE_LOG_PRESENT' }, { code: 'HEADS_DERIVED' }] } });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', completeness: { reasons: [{ code: 'WHOLE_LOG_PRESENT' }, { code: 'HEADS_NOT_DERIVED' }] } });
  });

  it('cannot hide a link forged to a hash that is no leaf (CVE-2022-36111), under heads that agree with it', async () => {
    const log = await closedLog(12, {
      forgery: { links: (links, index) => (index === 7 ? links.map((link) => (link.stream === B1 ? { ...link, prev: Buffer.alloc(32, 1).toString('base64url') } : link)) : links) },
    });
    const report = await verify(await completeExport(log, [rangeOf(log, B1)]));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code: 'STREAM_PREV_MISMATCH', index: 7 }] } });
  });

  it('cannot show a second entry with the last number instead of the one the heads commit to', async () => {
    // Entry 11 repeats the link of entry 10 into the stream; the heads commit to whichever came last.
    let repeated: { stream: string; n: number; prev: string } | null = null;
    const log = await closedLog(12, {
      forgery: {
        links: (links, index) => {
          if (index === 10) repeated = links.find((link) => link.stream === B1) ?? null;
          return index === 11 && repeated !== null ? [...links, repeated] : links;
        },
      },
    });
    const report = await verify(await completeExport(log, [{ stream: B1, from: 1, to: 4 }], { choose: (isChosen, entry) => isChosen && entry.index !== 11 }));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code: 'HEAD_MISMATCH' }] } });
  });

  it('cannot prove the end of a stream by the heads of another log', async () => {
    const log = await closedLog(12);
    const foreign = await closedLog(12);
    const report = await verify(await completeExport(log, [rangeOf(log, B1)], { proof: (proof) => ({ ...proof, end: other(foreign, B1) }) }));
    expect(report).toMatchObject({ outcome: 'broken', completeness: { reasons: [{ code: 'HEAD_PROOF_INVALID' }] } });
    await expect(completeExport(log, [rangeOf(log, B1)], { headsOf: foreign })).rejects.toThrow('not in the tree of the checkpoint');
  });
});

/** A history: which of few creditors, borrowers and debts each event is about. */
const histories = fc.array(fc.record({ creditor: fc.nat(2), borrower: fc.nat(4), debt: fc.nat(9) }), { minLength: 1, maxLength: 25 });

function eventsOf(history: readonly { creditor: number; borrower: number; debt: number }[]): SampleEvent[] {
  return history.map(({ creditor, borrower, debt }, i) => {
    const { draft } = debtEvent(i + 1);
    const streams = [`creditor:creditor_${creditor}x`, `borrower:borrower_${borrower}x`, `debt:debt_${debt}x`];
    const structural = { borrowerId: { value: `borrower_${borrower}x`, reveal: [`borrower:borrower_${borrower}x`] }, debtId: { value: `debt_${debt}x`, reveal: [`debt:debt_${debt}x`] } };
    const { items: _items, personal: _personal, ...bare } = draft;
    return { draft: { ...bare, structural }, streams, source: 'debts' };
  });
}

describe('the export of any stream of any history', () => {
  it('is complete, minimal, and reveals no other subject', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(), fc.boolean(), async (history, which, isAbsent) => {
        const events = eventsOf(history);
        const log = await closedLog(events.length + 1, { events: [createdEvent(), ...events] });
        const all = [...log.heads.last.keys()];
        const stream = isAbsent ? 'debt:debt_absent' : (all[which % all.length] as string);
        const range = rangeOf(log, stream);
        const bundle = await completeExport(log, [range], { source: (source) => ({ ...source, appendix: sampleAppendix() }) });
        const report = await verify(bundle);
        expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven' }, counts: { entries: range.to + 1 } });
        const text = shown(bundle);
        for (const name of all) {
          if (name === stream) continue;
          expect(text.includes(`"${name}"`)).toBe(false);
          if (!isAbsent) expect(text.includes(streamKey(name).toString('base64'))).toBe(false);
        }
        const pages = [...(await filesOf(bundle))].filter(([name]) => name.startsWith('report/')).map(([, bytes]) => bytes.toString()).join('\n');
        for (const name of all) if (name !== stream) expect(new RegExp(`${name}(?![0-9a-z])`).test(pages)).toBe(false);
        for (const subject of new Set(all.map((name) => name.split(':')[1] as string))) if (!stream.endsWith(`:${subject}`) && subject.endsWith('x')) expect(text.includes(`"${subject}"`) || pages.includes(subject)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('with any one of its entries left out is broken', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(), fc.nat(), async (history, which, left) => {
        const events = eventsOf(history);
        const log = await closedLog(events.length + 1, { events: [createdEvent(), ...events] });
        const all = [...log.heads.last.keys()];
        const stream = all[which % all.length] as string;
        const range = rangeOf(log, stream);
        const own = log.entries.filter((entry) => linksOf(entry).some((link) => link.stream === stream));
        const missing = own[left % own.length] as (typeof own)[number];
        for (const to of [range.to, range.to - 1]) {
          const report = await verify(await completeExport(log, [{ ...range, to }], { choose: (_isChosen, entry) => own.includes(entry) && entry !== missing }));
          expect(report).toMatchObject({ outcome: 'broken', completeness: { state: 'failed' } });
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the files of a complete stream export', () => {
  it('are in this order', async () => {
    const log = await closedLog(12);
    const names: string[] = [];
    for await (const { name } of readContainer(Readable.from([await completeExport(log, [rangeOf(log, B1)])], { objectMode: false }))) names.push(name);
    expect(names).toEqual(['manifest', 'checkpoint', 'proofs/000', 'entries/000', 'disclosures/000', 'heads/000', 'seal']);
  });
});
