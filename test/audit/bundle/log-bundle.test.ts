/** A whole-log export: verified by a key from outside, broken by any change of any byte, and its damage located. */
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import fc from 'fast-check';
import { memberHeader } from '../../../audit/bundle/member';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { FormatError } from '../../../audit/log/format-error';
import { decodeEntryBundle, encodeEntryBundle, encodeTile } from '../../../audit/log/tiles';
import { leafHash } from '../../../audit/log/tree';
import type { Report } from '../../../audit/log/verdict';
import { repack, unpack, type Member } from '../bundle-files';
import { KEY, logBundle, OTHER_KEY, sampleLog } from '../sample-log';

const verify = (bytes: Buffer, options = {}): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), options);
const withKey = { vkey: KEY.vkey };

describe('a whole-log export', () => {
  it.each([0, 1, 2, 255, 256, 257, 600])('of %d entries is verified with a key from outside', async (size) => {
    const report = await verify(await logBundle(await sampleLog(size)), withKey);
    expect(report).toMatchObject({
      outcome: 'verified',
      exitCode: 0,
      kind: 'log',
      size,
      counts: { entries: size },
      integrity: { state: 'proven' },
      completeness: { state: 'proven', reasons: [{ code: 'WHOLE_LOG_PRESENT' }] },
      time: { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }] },
      policy: { state: 'not checked' },
    });
  });

  it('is only consistent without a key', async () => {
    const report = await verify(await logBundle(await sampleLog(3)));
    expect(report).toMatchObject({ outcome: 'consistent', exitCode: 2, keyGiven: false, integrity: { state: 'proven' } });
  });

  it('is broken under another key of the same name', async () => {
    const report = await verify(await logBundle(await sampleLog(3)), { vkey: OTHER_KEY.vkey });
    expect(report).toMatchObject({ outcome: 'broken', exitCode: 1, integrity: { state: 'failed', reasons: [{ code: 'KEY_MISMATCH', file: 'manifest', expected: OTHER_KEY.vkey, got: KEY.vkey }] } });
  });

  it('withholds what is sealed and what is internal, and shows every link', async () => {
    const report = await verify(await logBundle(await sampleLog(5)), withKey);
    expect(report.counts).toMatchObject({ disclosed: 4 * (3 + 4) + 1, withheld: { internal: 4, sealed: 4 } });
  });

  it('is the same whatever pieces it arrives in', async () => {
    const bundle = await logBundle(await sampleLog(3));
    const pieces = (function* (): Generator<Buffer> {
      for (let at = 0; at < bundle.length; at += 7) yield bundle.subarray(at, at + 7);
    })();
    expect(await verifyBundle(Readable.from(pieces, { objectMode: false }), withKey)).toMatchObject({ outcome: 'verified' });
  });

  it('is a tar that other programs read, with the header this project demands', async () => {
    const bundle = await logBundle(await sampleLog(3));
    const names: string[] = [];
    const reader = extract();
    const done = (async () => {
      for await (const entry of reader) {
        names.push(entry.header.name);
        entry.resume();
      }
    })();
    reader.end(bundle);
    await done;
    expect(names).toEqual(['manifest', 'checkpoint', 'tile/0/000.p/3', 'tile/entries/000.p/3', 'disclosures/000', 'seal']);
    expect(repack(await unpack(bundle)).equals(bundle)).toBe(true);
  });
});

describe('an earlier checkpoint', () => {
  it('is found in a log that grew from it', async () => {
    const log = await sampleLog(9);
    const report = await verify(await logBundle(log), { ...withKey, atLeast: await log.checkpointAt(5) });
    expect(report).toMatchObject({ outcome: 'verified', integrity: { reasons: [{ code: 'ALL_ENTRIES_CHECKED' }, { code: 'KNOWN_CHECKPOINT_CONTAINED' }] } });
  });

  it('betrays a log that was rolled back (tail truncation)', async () => {
    const log = await sampleLog(9);
    const shorter = { ...log, entries: log.entries.slice(0, 5), checkpoint: await log.checkpointAt(5) };
    const report = await verify(await logBundle(shorter), { ...withKey, atLeast: log.checkpoint });
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'OLDER_THAN_KNOWN', expected: 'at least 9', got: '5' }] } });
  });

  it('betrays a log that was rewritten (fork)', async () => {
    const report = await verify(await logBundle(await sampleLog(9)), { ...withKey, atLeast: await (await sampleLog(6)).checkpointAt(6) });
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'FORKED_FROM_KNOWN' }] } });
  });

  it('of another key is refused', async () => {
    const log = await sampleLog(3);
    const report = await verify(await logBundle(log), { ...withKey, atLeast: log.checkpoint.replaceAll('cession.test', 'cession.other') });
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'SIGNATURE_MISSING', file: 'the checkpoint given' }] } });
  });
});

describe('a key or checkpoint given from outside', () => {
  it.each<[string, object]>([
    ['a key', { vkey: 'not a key' }],
    ['an earlier checkpoint', { ...withKey, atLeast: 'not a note' }],
  ])('that is not %s is the caller\'s mistake, not a broken export', async (_case, options) => {
    await expect(verify(await logBundle(await sampleLog(2)), options)).rejects.toThrow(FormatError);
  });
});

describe('any byte of a small export', () => {
  it('flipped, is found and its place named, with a key and without (trap: auditor that checks links but not values)', async () => {
    const bundle = await logBundle(await sampleLog(2));
    for (let at = 0; at < bundle.length; at += 1) {
      const flipped = Buffer.from(bundle);
      flipped[at] = (flipped[at] as number) ^ (1 << at % 8);
      const report = await verify(flipped, at % 2 === 0 ? withKey : {});
      const failed = [report.integrity, report.completeness, report.time, report.policy].filter((verdict) => verdict.state === 'failed');
      if (report.outcome !== 'broken' || failed[0]?.reasons[0]?.file === undefined) throw new Error(`byte ${at}: ${JSON.stringify(report)}`);
    }
  });

  it('missing, is found', async () => {
    const bundle = await logBundle(await sampleLog(2));
    for (let length = 0; length < bundle.length; length += 13) expect((await verify(bundle.subarray(0, length), withKey)).outcome).toBe('broken');
  });

  it('added after the end, is found', async () => {
    const bundle = await logBundle(await sampleLog(2));
    for (const more of [Buffer.alloc(1), Buffer.alloc(512), Buffer.from('x')]) {
      expect(await verify(Buffer.concat([bundle, more]), withKey)).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'TRAILER_ALTERED' }] } });
    }
  });
});

/** Edits of the entries, by somebody who adapts the leaf list, too, but has no key. */
const MUTATIONS: readonly (readonly [name: string, change: (entries: Buffer[]) => void, code: string, index: number | undefined])[] = [
  ['edit-one-digit-of-entry-4', (e) => e.splice(4, 1, Buffer.from((e[4] as Buffer).toString().replace('"CNY"', '"USD"'))), 'PREV_MISMATCH', 5],
  ['edit-the-last-entry', (e) => e.splice(8, 1, Buffer.from((e[8] as Buffer).toString().replace('"CNY"', '"USD"'))), 'ROOT_MISMATCH', undefined],
  ['swap-entries-3-and-4', (e) => e.splice(3, 2, e[4] as Buffer, e[3] as Buffer), 'INDEX_MISMATCH', 3],
  ['drop-entry-4', (e) => e.splice(4, 1), 'INDEX_MISMATCH', 4],
  ['drop-the-last-entry', (e) => e.pop(), 'TILE_MALFORMED', 8],
  ['repeat-entry-4', (e) => e.splice(4, 0, e[4] as Buffer), 'INDEX_MISMATCH', 5],
  ['replace-entry-4-by-nothing', (e) => e.splice(4, 1, Buffer.alloc(0)), 'NOT_CANONICAL', 4],
  ['replace-entry-4-by-json', (e) => e.splice(4, 1, Buffer.from('{}')), 'ENTRY_MALFORMED', 4],
  ['add-an-unknown-member', (e) => e.splice(4, 1, Buffer.from((e[4] as Buffer).toString().replace(/"v":1}$/, '"v":1,"w":1}'))), 'ENTRY_MALFORMED', 4],
  ['duplicate-a-key', (e) => e.splice(4, 1, Buffer.from((e[4] as Buffer).toString().replace(/"v":1}$/, '"v":1,"v":1}'))), 'NOT_CANONICAL', 4],
  ['reorder-members', (e) => e.splice(4, 1, Buffer.from(`{"v":1,${(e[4] as Buffer).toString().slice(1).replace(/,"v":1}$/, '}')}`)), 'NOT_CANONICAL', 4],
];

describe('entries changed together with their leaf hashes', () => {
  it.each(MUTATIONS)('%s', async (_name, change, code, index) => {
    const members = await unpack(await logBundle(await sampleLog(9)));
    const find = (name: string): Member => members.find((member) => member.name === name) as Member;
    const entries = decodeEntryBundle(find('tile/entries/000.p/9').bytes, 9);
    change(entries);
    find('tile/entries/000.p/9').bytes = encodeEntryBundle(entries);
    const leaves = entries.map((entry) => leafHash(entry)).slice(0, 9);
    while (leaves.length < 9) leaves.push(Buffer.alloc(32));
    find('tile/0/000.p/9').bytes = encodeTile(leaves);
    const report = await verify(repack(members), withKey);
    expect(report.outcome).toBe('broken');
    expect(report.integrity.reasons[0]).toMatchObject({ code, ...(index === undefined ? {} : { index }) });
  });

  it('name the entry itself when the leaf hashes stayed', async () => {
    const bundle = await logBundle(await sampleLog(9));
    const members = await unpack(bundle);
    const entries = members.find((member) => member.name === 'tile/entries/000.p/9') as Member;
    await fc.assert(
      fc.asyncProperty(fc.nat(entries.bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(entries.bytes);
        bytes[at] = (bytes[at] as number) ^ mask;
        let start = 0;
        let index = 0;
        while (at >= start + 2 + entries.bytes.readUInt16BE(start)) {
          start += 2 + entries.bytes.readUInt16BE(start);
          index += 1;
        }
        const report = await verify(repack(members.map((member) => (member === entries ? { ...member, bytes } : member))), withKey);
        expect(report.integrity).toMatchObject({ state: 'failed', reasons: [{ file: 'tile/entries/000.p/9', index }] });
      }),
      { numRuns: 150 },
    );
  });
});

describe('files of a container', () => {
  it.each<[string, (members: Member[]) => void, string]>([
    ['path-traversal-name', (m) => m.splice(2, 0, { name: '../evil', bytes: Buffer.from('x') }), 'NAME_UNSAFE'],
    ['absolute-name', (m) => m.splice(2, 0, { name: '/etc/passwd', bytes: Buffer.from('x') }), 'NAME_UNSAFE'],
    ['unknown-file', (m) => m.splice(2, 0, { name: 'readme', bytes: Buffer.from('x') }), 'FILE_UNKNOWN'],
    ['unknown-tile', (m) => m.splice(2, 0, { name: 'tile/1/000', bytes: Buffer.alloc(32) }), 'FILE_MISSING'],
    ['duplicate-file', (m) => m.splice(2, 0, m[0] as Member), 'FILE_DUPLICATE'],
    ['missing-file', (m) => m.splice(4, 1), 'FILE_MISSING'],
    ['missing-seal', (m) => m.pop(), 'FILE_MISSING'],
    ['files-in-another-order', (m) => m.splice(2, 2, m[3] as Member, m[2] as Member), 'FILE_MISSING'],
    ['file-after-the-seal', (m) => m.push({ name: 'disclosures/001', bytes: Buffer.from('x') }), 'FILE_MISSING'],
    ['file-too-large', (m) => m.splice(0, 1, { name: 'manifest', bytes: Buffer.alloc(1024 * 1024 + 1, 0x61) }), 'FILE_TOO_LARGE'],
    ['second-signature-on-manifest', (m) => (m[0] = { name: 'manifest', bytes: Buffer.concat([(m[0] as Member).bytes, Buffer.from('\u2014 other AAAAAAAA\n')]) }), 'NOTE_MALFORMED'],
    ['cosignature-added-to-checkpoint', (m) => (m[1] = { name: 'checkpoint', bytes: Buffer.concat([(m[1] as Member).bytes, Buffer.from('\u2014 witness AAAAAAAA\n')]) }), 'SEAL_MISMATCH'],
  ])('%s', async (_name, change, code) => {
    const members = await unpack(await logBundle(await sampleLog(3)));
    change(members);
    const report = await verify(repack(members), withKey);
    expect(report).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code }] } });
  });

  it('of an input that is no export at all are refused', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK\u0003\u0004'), Buffer.alloc(2048, 0x41), Buffer.alloc(1024)]) {
      expect(await verify(bytes, withKey)).toMatchObject({ outcome: 'broken', integrity: { state: 'failed' } });
    }
  });

  it('whose size lies about gigabytes are refused before they are read', async () => {
    const header = memberHeader('disclosures/000', 8 * 1024 ** 3 - 1);
    expect(await verify(Buffer.concat([header, Buffer.alloc(1024)]))).toMatchObject({ integrity: { reasons: [{ code: 'FILE_TOO_LARGE', file: 'disclosures/000' }] } });
  });
});
