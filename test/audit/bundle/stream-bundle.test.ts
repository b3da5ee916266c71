/** A stream export without heads: proves what it holds, says what it does not prove, and shows nothing of other streams. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { renderReport } from '../../../audit/bundle/render-report';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import type { Report } from '../../../audit/log/verdict';
import { createdEvent, debtEvent, KEY, logBundle, OTHER_KEY, sampleLog, streamBundle } from '../sample-log';

const verify = (bytes: Buffer, options = {}): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), options);
const withKey = { vkey: KEY.vkey };

/** Everything that an export shows in clear or behind base64url. */
function shown(bundle: Buffer): string {
  const raw = bundle.toString('latin1');
  return raw + (raw.match(/[A-Za-z0-9_-]{40,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString('latin1')).join('\n');
}

describe('a stream export without heads', () => {
  it.each<[string, number, number]>([
    ['borrower:borrower_1', 1, 4],
    ['borrower:borrower_1', 2, 3],
    ['creditor:creditor_0', 1, 5],
    ['source:debts', 1, 8],
    ['debt:debt_7', 1, 1],
    ['debt:debt_none', 1, 0],
  ])('of %s %d to %d is verified and says completeness is not proven', async (stream, from, to) => {
    const report = await verify(await streamBundle(await sampleLog(12), [{ stream, from, to }]), withKey);
    expect(report).toMatchObject({ outcome: 'verified', kind: 'stream', streams: [{ stream, from, to }], integrity: { state: 'proven' }, completeness: { state: 'not proven' }, counts: { entries: to - from + 1 } });
    expect(renderReport(report)).toContain('Completeness: not proven by this export');
  });

  it('of two streams shows an entry that is in both once', async () => {
    const ranges = [
      { stream: 'borrower:borrower_1', from: 1, to: 4 },
      { stream: 'creditor:creditor_1', from: 1, to: 6 },
    ];
    expect(await verify(await streamBundle(await sampleLog(12), ranges), withKey)).toMatchObject({ outcome: 'verified', counts: { entries: 8 } });
  });

  it('of more than one segment is verified', async () => {
    const log = await sampleLog(1200);
    expect(await verify(await streamBundle(log, [{ stream: 'creditor:creditor_1', from: 1, to: 600 }]), withKey)).toMatchObject({ outcome: 'verified', counts: { entries: 600 } });
  }, 30_000);

  it('is only consistent without a key', async () => {
    expect(await verify(await streamBundle(await sampleLog(12), [{ stream: 'debt:debt_3', from: 1, to: 1 }]))).toMatchObject({ outcome: 'consistent', exitCode: 2 });
  });

  it('shows no other borrower, no person behind one, and no sealed value', async () => {
    const bundle = await streamBundle(await sampleLog(12), [{ stream: 'borrower:borrower_1', from: 1, to: 4 }]);
    const text = shown(bundle);
    expect(text).toContain('borrower_1');
    expect(text).not.toMatch(/borrower_[02]|person_|creditor:|source:|c2VhbGVk|PRINCIPAL/);
  });

  it('flipped in any byte, is found', async () => {
    const bundle = await streamBundle(await sampleLog(4), [{ stream: 'debt:debt_2', from: 1, to: 1 }]);
    for (let at = 0; at < bundle.length; at += 1) {
      const flipped = Buffer.from(bundle);
      flipped[at] = (flipped[at] as number) ^ (1 << at % 8);
      if ((await verify(flipped, withKey)).outcome !== 'broken') throw new Error(`byte ${at} was not found`);
    }
  });
});

describe('an operator who holds the key', () => {
  const range = [{ stream: 'borrower:borrower_1', from: 1, to: 4 }];

  it('cannot leave out an entry of the stream', async () => {
    const log = await sampleLog(12);
    const without = { ...log, entries: log.entries.filter((entry) => entry.index !== 4) };
    const bundle = await streamBundle({ ...without, entries: without.entries, read: log.read }, range).catch((error: Error) => error);
    // Proofs are made for the log as it is: leaving the entry out leaves a gap in the numbers.
    expect(bundle).toBeInstanceOf(Error);
    const honest = await sampleLog(12, { held: (held, index) => (index === 4 ? held.filter((value) => value.reveal?.[0] !== 'borrower:borrower_1' || value.kind !== 'link') : held) });
    expect(await verify(await streamBundle(honest, range), withKey)).toMatchObject({ outcome: 'broken', completeness: { state: 'failed', reasons: [{ code: 'STREAM_GAP', expected: 'borrower:borrower_1 2', got: 'borrower:borrower_1 3' }] } });
  });

  it('cannot end the stream before the number the manifest states', async () => {
    const log = await sampleLog(8);
    expect(await verify(await streamBundle(log, [{ stream: 'borrower:borrower_1', from: 1, to: 4 }]), withKey)).toMatchObject({ completeness: { reasons: [{ code: 'STREAM_RANGE_MISMATCH', file: 'manifest' }] } });
  });

  it('cannot reveal a link of somebody else in it', async () => {
    const log = await sampleLog(12, { held: (held) => held.map((value) => (value.kind === 'link' ? { ...value, reveal: ['borrower:borrower_1', ...(value.reveal ?? [])] } : value)) });
    expect(await verify(await streamBundle(log, range), withKey)).toMatchObject({ outcome: 'broken', policy: { state: 'failed', reasons: [{ code: 'LINK_FOREIGN' }] } });
  });

  it.each<[string, Parameters<typeof sampleLog>[1], string, string]>([
    ['CVE-2022-36111: middle link forged to a hash that is no leaf', { links: (links, index) => (index === 7 ? links.map((link) => (link.stream === 'borrower:borrower_1' ? { ...link, prev: Buffer.alloc(32, 1).toString('base64url') } : link)) : links) }, 'integrity', 'STREAM_PREV_MISMATCH'],
    ['a number left out', { links: (links, index) => (index === 7 ? links.map((link) => (link.stream === 'borrower:borrower_1' ? { ...link, n: link.n + 1 } : link)) : links) }, 'completeness', 'STREAM_GAP'],
    ['a number used twice', { links: (links, index) => (index === 7 ? links.map((link) => (link.stream === 'borrower:borrower_1' ? { ...link, n: link.n - 1 } : link)) : links) }, 'completeness', 'STREAM_GAP'],
    ['one entry twice in a stream', { links: (links, index) => (index === 7 ? [...links, { ...(links.find((link) => link.stream === 'borrower:borrower_1') as (typeof links)[number]), n: 4 }] : links) }, 'integrity', 'LINK_DUPLICATE'],
    ['a source numbered with a gap', { place: (place) => (place.index >= 7 && place.source === 'debts' ? { ...place, sourceSeq: place.sourceSeq + 1 } : place) }, 'completeness', 'SOURCE_GAP'],
    ['a clock going backwards', { place: (place) => (place.index === 7 ? { ...place, recordedAt: '2026-11-20T00:00:00.000Z' } : place) }, 'time', 'TIME_BACKWARDS'],
    ['a source that is not the room of its events', { place: (place) => (place.index === 7 ? { ...place, source: 'agencies' } : place) }, 'integrity', 'SOURCE_FOREIGN'],
    ['a link of another source', { links: (links, index) => (index === 7 ? [...links, { stream: 'source:agencies', n: 1, prev: Buffer.alloc(32).toString('base64url') }] : links) }, 'integrity', 'LINK_FOREIGN'],
    ['an entry without a link of its source', { links: (links, index) => (index === 7 ? links.filter((link) => !link.stream.startsWith('source:')) : links) }, 'completeness', 'LINK_MISSING'],
    ['position not hashed: an index that is not its place', { place: (place) => (place.index === 7 ? { ...place, index: 8 } : place) }, 'integrity', 'INDEX_MISMATCH'],
    ['predecessor read without serialisation: two entries with the same prev', { place: (place) => (place.index === 7 ? { ...place, prev: Buffer.alloc(32).toString('base64url') } : place) }, 'integrity', 'PREV_MISMATCH'],
    ['a withheld link', { held: (held, index) => (index === 7 ? held.map((value) => (value.kind === 'link' ? { ...value, text: null } : value)) : held) }, 'completeness', 'LINK_WITHHELD'],
    ['a value neither shown nor accounted for', { held: (held, index) => (index === 7 ? held.slice(1) : held) }, 'integrity', 'DISCLOSURE_MISSING'],
    ['a value shown twice', { held: (held, index) => (index === 7 ? [held[0] as (typeof held)[number], ...held] : held) }, 'integrity', 'DISCLOSURE_DUPLICATE'],
    ['a value of another entry', { held: (held, index) => (index === 7 ? [...held, { digest: 'x', kind: 'structural' as const, reveal: null, text: 'WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwieCIsMV0' }] : held) }, 'integrity', 'DISCLOSURE_UNREFERENCED'],
  ])('cannot hide %s in a whole log he signed himself', async (_case, forgery, aspect, code) => {
    const report = await verify(await logBundle(await sampleLog(12, forgery)), withKey);
    expect(report.outcome).toBe('broken');
    expect(report[aspect as 'integrity'].reasons[0]).toMatchObject({ code, index: 7 });
  });

  it('cannot log an event twice', async () => {
    const log = await sampleLog(5, {}, [createdEvent(), debtEvent(1), debtEvent(2), debtEvent(1), debtEvent(3)]);
    expect(await verify(await logBundle(log), withKey)).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'EVENT_DUPLICATE', index: 3 }] } });
  });

  it('cannot pass a log off as one created under another name or key', async () => {
    for (const first of [createdEvent(OTHER_KEY.vkey), createdEvent(KEY.vkey, 'cession.other/ledger')]) {
      expect(await verify(await logBundle(await sampleLog(2, {}, [first])), withKey)).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'FIRST_ENTRY_INVALID', index: 0 }] } });
    }
  });

  it('cannot seal an export of a log that is not the one of its checkpoint', async () => {
    const log = await sampleLog(6);
    await expect(logBundle({ ...log, entries: log.entries.slice(0, 5) })).rejects.toThrow('not the log of the checkpoint');
    await expect(logBundle({ ...log, entries: log.entries.slice(1) })).rejects.toThrow('entry 1 was read where 0');
  });
});

describe('any forged link of any history', () => {
  it('is found in the whole log and its place named', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 14 }), fc.nat(), fc.nat(), fc.boolean(), async (size, where, which, inNumber) => {
        const target = 1 + (where % (size - 1));
        const log = await sampleLog(size, {
          links: (links, index) => (index === target ? links.map((link, i) => (i === which % links.length ? { ...link, ...(inNumber ? { n: link.n + 1 + (which % 3) } : { prev: Buffer.alloc(32, 9).toString('base64url') }) } : link)) : links),
        });
        const report = await verify(await logBundle(log), withKey);
        expect(report.outcome).toBe('broken');
        expect([...report.integrity.reasons, ...report.completeness.reasons].find((finding) => finding.index !== undefined)).toMatchObject({ index: target });
      }),
      { numRuns: 60 },
    );
  });
});
