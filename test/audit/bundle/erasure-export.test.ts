/** Erased values in an export: each names the entry that erased its borrower, and nothing is withheld by calling it erased. */
import { Readable } from 'node:stream';
import type { Appendix } from '../../../audit/bundle/appendix';
import type { BundleEntry } from '../../../audit/bundle/log-bundle';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import type { ErasureReader } from '../../../audit/report/export-appendix';
import { parseRecord } from '../../../audit/log/disclosure-record';
import type { ErasureRecord } from '../../../audit/log/erasure-file';
import type { ExportFile } from '../../../audit/log/export-files';
import { proveInclusion } from '../../../audit/log/proof';
import { VerificationFailure, type Report } from '../../../audit/log/verdict';
import { filesOf } from '../bundle-files';
import { createdEvent, debtEvent, KEY, logBundle, sampleLog, streamBundle, type SampleEvent, type SampleLog } from '../sample-log';
import { sampleAppendix } from '../sample-appendix';

const SIZE = 8;
/** debtEvent gives borrower n % 3: entries 1 and 4 are of borrower_1, 2 and 5 of borrower_2. */
const ERASED = 'borrower_1';
const ERASING = 6;
const OTHER_ERASING = 7;

function ownDebt(n: number): SampleEvent {
  const { draft, ...rest } = debtEvent(n);
  const borrowerId = { value: `borrower_${n % 3}`, reveal: null };
  return { ...rest, draft: { ...draft, structural: { ...draft.structural, borrowerId } } };
}

function erasure(n: number, borrower: string): SampleEvent {
  const { draft } = debtEvent(n);
  const { id, occurredAt, actor } = draft;
  const structural = { borrowerId: { value: borrower, reveal: null }, creditorId: { value: 'creditor_0', reveal: null } };
  const facts = { basis: 'PIPL_47', categories: ['IDENTITY'], backupRetentionDays: 35 };
  return { draft: { type: 'borrowers.BorrowerErased', typeVersion: 1, id, occurredAt, actor, facts, retention: 'STANDING', structural }, streams: [`borrower:${borrower}`, 'creditor:creditor_0'], source: 'borrowers' };
}

const verify = (bytes: Buffer): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey });

let log: SampleLog;
/** As the exporter believes them erased. */
const believing = (erasedBy: readonly (readonly [string, number])[]): SampleLog => ({ ...log, entries: log.entries.map((entry): BundleEntry => ({ ...entry, erasedBy: new Map(erasedBy) })) });

beforeAll(async () => {
  log = await sampleLog(SIZE, {}, [createdEvent(), ...[1, 2, 3, 4, 5].map(ownDebt), erasure(ERASING, ERASED), erasure(OTHER_ERASING, 'borrower_2')]);
});

const readErasures: ErasureReader = (indexes) =>
  Promise.all(
    indexes.map(async (index): Promise<ErasureRecord> => {
      const { bytes, disclosures } = log.entries[index]!;
      const subject = disclosures.find(({ text }) => text !== null && Buffer.from(text, 'base64url').includes('"borrowerId"'))!.text!;
      return { index, entry: bytes, subject, proof: await proveInclusion(index, SIZE, log.read) };
    }),
  );

const appendix = (change?: (files: readonly ExportFile[]) => readonly ExportFile[], reader = readErasures): Appendix => sampleAppendix(change, reader);
/** What the hub's own appendix would refuse to write. */
const careless: Appendix = { parts: ['erasures'], accept: () => Promise.resolve(), async *members() {} };
const ofDebt = (n: number, erasedBy: readonly (readonly [string, number])[], given: Appendix) => streamBundle(believing(erasedBy), [{ stream: `debt:debt_${n}`, from: 1, to: 1 }], { appendix: given });

describe('the values of an erased borrower', () => {
  it('are counted as erased in a whole log, those of others as withheld', async () => {
    const report = await verify(await logBundle(believing([[ERASED, ERASING]]), { appendix: appendix() }));
    expect(report).toMatchObject({ outcome: 'verified', counts: { entries: SIZE, erased: 2, missing: 0, withheld: { sealed: 3 } } });
  });

  it('are withheld in an export that stands before the erasure', async () => {
    expect(await verify(await logBundle(log, { appendix: appendix() }))).toMatchObject({ outcome: 'verified', counts: { erased: 0, withheld: { sealed: 5 } } });
  });

  it('name an entry of the stream where it has one', async () => {
    const bundle = await streamBundle(believing([[ERASED, ERASING]]), [{ stream: `borrower:${ERASED}`, from: 1, to: 3 }], { appendix: appendix() });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', counts: { entries: 3, erased: 2, missing: 0 } });
    expect([...(await filesOf(bundle)).keys()].filter((name) => name.startsWith('erasures/'))).toEqual([]);
  });

  it('bring the entry with them into a stream it is not in, showing whom it erased and nothing else', async () => {
    const bundle = await ofDebt(1, [[ERASED, ERASING]], appendix());
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', counts: { entries: 1, erased: 1, missing: 0 } });
    const file = (await filesOf(bundle)).get('erasures/000')!.toString();
    expect(Object.keys(JSON.parse(file) as object).sort()).toEqual(['entry', 'index', 'proof', 'subject']);
    expect(file).not.toContain(Buffer.from('creditor_0').toString('base64url').slice(0, 10));
  });

  it('stay withheld where the entry does not show whom it is about', async () => {
    const hidden = await sampleLog(SIZE, {}, [createdEvent(), debtEvent(1), debtEvent(2), debtEvent(3), debtEvent(4), debtEvent(5), erasure(ERASING, ERASED)]);
    const entries = hidden.entries.map((entry) => ({ ...entry, erasedBy: new Map([[ERASED, ERASING]]) }));
    const bundle = await streamBundle({ ...hidden, entries }, [{ stream: 'debt:debt_1', from: 1, to: 1 }], { appendix: appendix() });
    expect(await verify(bundle)).toMatchObject({ outcome: 'verified', counts: { erased: 0, withheld: { sealed: 1 } } });
  });
});

describe('an exporter who withholds a value by calling it erased', () => {
  it.each([
    ['by an entry that erased somebody else', OTHER_ERASING, 'ERASURE_INVALID'],
    ['by an entry that erased nobody', 2, 'ERASURE_MISSING'],
    ['by an entry that is not in the log', 99, 'ERASURE_MISSING'],
  ])('%s, is found out in a whole log, at the value', async (_case, by, code) => {
    const report = await verify(await logBundle(believing([[ERASED, by]]), { appendix: careless }));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ code, index: 1 }] } });
  });

  const other = async (index: number) => (await readErasures([index]))[0]!;
  it.each<[string, () => Promise<ErasureRecord>, object]>([
    ["with another borrower's erasure in its place", async () => ({ ...(await other(OTHER_ERASING)), index: ERASING }), { code: 'INCLUSION_INVALID', index: ERASING }],
    ['with an entry of another kind', async () => ({ ...(await other(ERASING)), entry: log.entries[4]!.bytes, proof: await proveInclusion(4, SIZE, log.read) }), { code: 'INCLUSION_INVALID' }],
    ['with an altered entry', async () => ({ ...(await other(ERASING)), entry: Buffer.from((await other(ERASING)).entry.toString('latin1').replace('PIPL_47', 'GDPR_17'), 'latin1') }), { code: 'INCLUSION_INVALID' }],
    ['with the name of another borrower', async () => ({ ...(await other(ERASING)), subject: (await other(OTHER_ERASING)).subject }), { code: 'DISCLOSURE_UNREFERENCED' }],
    ['with another member of the entry', async () => ({ ...(await other(ERASING)), subject: log.entries[ERASING]!.disclosures.find(({ text }) => text !== null && Buffer.from(text, 'base64url').includes('"creditorId"'))!.text! }), { code: 'DISCLOSURE_MISPLACED' }],
  ])('in a stream, %s, is found out', async (_case, forged, finding) => {
    const report = await verify(await ofDebt(1, [[ERASED, ERASING]], appendix(undefined, async () => [await forged()])));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { state: 'failed', reasons: [{ file: 'erasures/000', ...finding }] } });
  });

  it('under an erasure of somebody else that is proven, is found out', async () => {
    const report = await verify(await ofDebt(1, [[ERASED, OTHER_ERASING]], appendix()));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'ERASURE_INVALID', index: 1, got: 'borrower_2' }] } });
  });

  it.each<[string, (files: readonly ExportFile[]) => readonly ExportFile[], object]>([
    ['left out', (files) => files.filter(({ name }) => !name.startsWith('erasures/')), { code: 'FILE_MISSING', file: 'erasures/000' }],
    ['not JSON', (files) => files.map((file) => (file.name === 'erasures/000' ? { ...file, bytes: Buffer.from('{}{\n') } : file)), { code: 'NOT_CANONICAL', file: 'erasures/000' }],
    ['without its members', (files) => files.map((file) => (file.name === 'erasures/000' ? { ...file, bytes: Buffer.from('{}\n') } : file)), { code: 'ERASURE_MALFORMED', file: 'erasures/000' }],
    ['with a line too many', (files) => files.map((file) => (file.name === 'erasures/000' ? { ...file, bytes: Buffer.concat([file.bytes, file.bytes]) } : file)), { code: 'DISCLOSURES_MALFORMED', file: 'erasures/000' }],
  ])('with the file of erasing entries %s, is refused', async (_case, change, finding) => {
    expect(await verify(await ofDebt(1, [[ERASED, ERASING]], appendix(change)))).toMatchObject({ outcome: 'broken', integrity: { reasons: [finding] } });
  });

  it('without announcing that the export accounts for erased values, is refused', async () => {
    const silent = { ...appendix(), parts: ['schemas'] as const };
    const report = await verify(await logBundle(believing([[ERASED, ERASING]]), { appendix: silent }));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'DISCLOSURES_MALFORMED', index: 1 }] } });
  });
});

describe('a value that is neither shown nor accounted for', () => {
  it('is counted as missing, with its place', async () => {
    const entries = log.entries.map((entry) => (entry.index === 4 ? { ...entry, disclosures: entry.disclosures.slice(2) } : entry));
    const report = await verify(await logBundle({ ...log, entries }));
    expect(report).toMatchObject({ outcome: 'broken', counts: { entries: 4, missing: 2 }, integrity: { reasons: [{ code: 'DISCLOSURE_MISSING', file: 'disclosures/000', index: 4 }] } });
  });
});

describe('a line of the account', () => {
  const digest = 'A'.repeat(43);
  const line = (erased: string): string => `{"disclosed":[],"erased":${erased},"index":3,"links":[],"withheld":{}}`;
  const read = (text: string) => parseRecord(text, { file: 'disclosures/000', index: 3 });

  it('may name several erasing entries', () => {
    expect(read(line(`{"12":["${digest}"],"7":["${digest}"]}`)).erased).toEqual({ '12': [digest], '7': [digest] });
  });

  it.each(['{}', '[]', 'null', `{"7":[]}`, `{"07":["${digest}"]}`, `{"-1":["${digest}"]}`, `{"1e3":["${digest}"]}`, `{"9007199254740993":["${digest}"]}`, `{"7":["short"]}`, `{"7":"${digest}"}`])('is refused with %s for its erased values', (erased) => {
    expect(() => read(line(erased))).toThrow(VerificationFailure);
  });

  it('never calls a place in a stream erased', async () => {
    const held = log.entries[1]!.disclosures.map((value) => (value.kind === 'link' && value.reveal?.[0] === 'debt:debt_1' ? { ...value, kind: 'personal' as const, text: null, subject: ERASED } : value));
    const entries = believing([[ERASED, ERASING]]).entries.map((entry) => (entry.index === 1 ? { ...entry, disclosures: held } : entry));
    const report = await verify(await logBundle({ ...log, entries }, { appendix: careless }));
    expect(report).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'DISCLOSURE_MISPLACED', index: 1 }] } });
  });
});
