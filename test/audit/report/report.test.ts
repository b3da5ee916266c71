/** The report in an export: counts that a verifier makes again, pages that cannot run or load anything, tables without formulas. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import type { ExportFile } from '../../../audit/log/export-files';
import { parseEntry } from '../../../audit/log/entry';
import { Timeline } from '../../../audit/log/timeline';
import type { Report } from '../../../audit/log/verdict';
import { Excerpt } from '../../../audit/report/excerpt';
import { PAGE_TEXTS } from '../../../audit/report/page-texts';
import { readEventSchema } from '../../../schema/event-schemas';
import { AUDIENCES, DATA_CATEGORIES, PURPOSES, ROOMS } from '../../../schema/vocabulary';
import { eventTypesOf } from '../../support/event-schemas';
import { filesOf } from '../bundle-files';
import { KEY, logBundle, sampleLog, streamBundle, type SampleLog } from '../sample-log';
import { sampleAppendix } from '../sample-appendix';
import { AGENCY, busyEvents, CREDITOR, HOSTILE, monthly, REGULATOR } from './busy-log';

const verify = (bytes: Buffer): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey });
const ofAgency = [{ stream: `agency:${AGENCY}`, from: 1, to: 15 }];

let log: SampleLog;
let files: ReadonlyMap<string, string>;

async function textsOf(bundle: Buffer): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await filesOf(bundle))].map(([name, bytes]) => [name, bytes.toString()]));
}

beforeAll(async () => {
  log = await sampleLog(40, { place: (place) => ({ ...place, recordedAt: monthly(place.index) }) }, busyEvents(40));
  files = await textsOf(await logBundle(log, { appendix: sampleAppendix(), requestedBy: HOSTILE }));
});

describe('the summary of an export', () => {
  const summaryOf = (from = files): Record<string, Record<string, unknown>> => JSON.parse(from.get('report/summary.json') ?? '') as Record<string, Record<string, unknown>>;

  it('counts what its entries hold', () => {
    expect(summaryOf()).toMatchObject({
      entries: 40,
      events: { 'audit.LedgerCreated/1': 1, 'borrowers.DataDisclosed/1': 10, 'debts.ReleaseRefused/1': 5 },
      audiences: { SYSTEM: 1, PARTNER: 10 },
      purposes: { COLLECTION: 27, SERVICING: 3, SUPERVISION: 4 },
      parties: { [AGENCY]: 15, [REGULATOR]: 5 },
      actors: { [AGENCY]: 15 },
      refusals: { 'NO-RULE-KNOWN': 7 + 15 + 23 + 31 + 39 },
      releases: { 'CONTACT/PARTNER/COLLECTION': 3, 'BALANCE/PARTNER/COLLECTION': 3, 'IDENTITY/PARTNER/SERVICING': 3, 'CONTACT/PARTNER/SUPERVISION': 4 },
      timeline: { unit: 'month', stretches: { '2020-01': [1, 0, 0], '2020-03': [1, 1, 0], '2020-08': [1, 0, 1] } },
    });
  });

  it('of a stream counts nothing that it does not show', async () => {
    const texts = await textsOf(await streamBundle(log, ofAgency, { appendix: sampleAppendix() }));
    expect(summaryOf(texts)).toMatchObject({ entries: 15, parties: { [AGENCY]: 15 } });
    for (const name of ['report/summary.json', 'report/report.en.html', 'report/entries.csv']) {
      expect(texts.get(name)).toContain(AGENCY);
      for (const other of [REGULATOR, CREDITOR, 'borrower_', 'person_']) expect(texts.get(name)).not.toContain(other);
    }
  });

  it('of any history is what a verifier counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 6 }), async (size, power) => {
        const spread = await sampleLog(size, { place: (place) => ({ ...place, recordedAt: new Date(Date.UTC(2024, 0, 1) + place.index * 10 ** (power + 3)).toISOString() }) }, busyEvents(size));
        expect(await verify(await logBundle(spread, { appendix: sampleAppendix() }))).toMatchObject({ outcome: 'verified', integrity: { reasons: [{ code: 'ALL_ENTRIES_CHECKED' }, { code: 'REPORT_COUNTS_HOLD' }] } });
      }),
      { numRuns: 25 },
    );
  });

  const summary = (change: (text: string) => string) => (all: readonly ExportFile[]) =>
    all.map((file) => (file.name === 'report/summary.json' ? { ...file, bytes: Buffer.from(change(file.bytes.toString())) } : file));

  it.each<[string, (text: string) => string, object]>([
    ['a refusal less', (text) => text.replace('"NO-RULE-KNOWN":115', '"NO-RULE-KNOWN":114'), { code: 'REPORT_MISMATCH', expected: 'refusals NO-RULE-KNOWN 115', got: 'refusals NO-RULE-KNOWN 114' }],
    ['a release left out', (text) => text.replace('"BALANCE/PARTNER/COLLECTION":3,', ''), { code: 'REPORT_MISMATCH', expected: 'releases BALANCE/PARTNER/COLLECTION 3', got: 'releases BALANCE/PARTNER/COLLECTION nothing' }],
    ['a party invented', (text) => text.replace('"parties":{', '"parties":{"agency_0":1,'), { code: 'REPORT_MISMATCH', expected: 'parties agency_0 nothing', got: 'parties agency_0 1' }],
    ['a month moved', (text) => text.replace('"2020-08"', '"2020-09"').replace('"2020-09":[1,0,0],', ''), { code: 'REPORT_MISMATCH' }],
    ['another version', (text) => text.replace('"v":1', '"v":2'), { code: 'REPORT_MISMATCH', expected: 'v 1', got: 'v 2' }],
    ['a list for counts', (text) => text.replace(/"purposes":\{[^}]*\}/, '"purposes":[]'), { code: 'REPORT_MISMATCH', expected: 'purposes counts', got: 'purposes []' }],
    ['white space', (text) => `${text}\n`, { code: 'NOT_CANONICAL' }],
    ['no JSON', () => 'x', { code: 'NOT_CANONICAL' }],
  ])('cannot be signed with %s', async (_case, change, finding) => {
    expect(change(files.get('report/summary.json') as string)).not.toBe(files.get('report/summary.json'));
    expect(await verify(await logBundle(log, { appendix: sampleAppendix(summary(change)) }))).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ file: 'report/summary.json', ...finding }] } });
  });

  it.each<[string, (all: readonly ExportFile[]) => readonly ExportFile[], string]>([
    ['without its summary', (all) => all.filter(({ name }) => name !== 'report/summary.json'), 'FILE_MISSING'],
    ['without a page', (all) => all.filter(({ name }) => name !== 'report/report.zh.html'), 'FILE_MISSING'],
    ['without a table', (all) => all.filter(({ name }) => name !== 'report/entries.csv'), 'FILE_MISSING'],
    ['with a third table after the first', (all) => [...all, { name: 'report/entries.3.csv', bytes: Buffer.alloc(0) }], 'FILE_MISSING'],
    ['with a page of another name', (all) => [...all, { name: 'report/evil.html', bytes: Buffer.alloc(0) }], 'FILE_UNKNOWN'],
  ])('cannot be signed in a report %s', async (_case, change, code) => {
    expect(await verify(await logBundle(log, { appendix: sampleAppendix(change) }))).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code }] } });
  });

  it.each([
    [1, 'minute'],
    [30, 'minute'],
    [9_000, 'hour'],
    [200_000, 'day'],
    [20_000_000, 'month'],
    [999_000_000, 'year'],
  ])('tells %i seconds apart in stretches of a %s', (seconds, unit) => {
    const timeline = new Timeline();
    for (const step of [0, 50, 100, 150, 200]) timeline.add(new Date(Date.UTC(2020, 0, 1) + step * seconds * 1_000 / 200 * 10).toISOString(), 0, 0);
    expect(timeline.unit).toBe(unit);
    expect([...timeline.stretches.values()].reduce((sum, [entries]) => sum + entries, 0)).toBe(5);
  });
});

/** None of them runs, loads, leads or sends. */
const TAGS = new Set('doctype html head meta title style body main h1 h2 h3 p b code div span table thead tbody tr th td ul li svg text line rect'.split(' '));
const ATTRIBUTES = new Set('html lang charset http-equiv content name class viewBox role aria-label aria-hidden preserveAspectRatio x y x1 x2 y1 y2 width height text-anchor colspan'.split(' '));

describe.each(['en', 'zh'] as const)('the page in %s', (language) => {
  const page = (): string => files.get(`report/report.${language}.html`) as string;

  it('cannot run, load or send anything, whatever the entries hold', () => {
    const tags = [...page().matchAll(/<[/!]?([a-z0-9]+)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/g)];
    expect([...page().matchAll(/</g)]).toHaveLength(tags.length);
    expect(tags.filter(([, name]) => !TAGS.has(name as string)).map(([tag]) => tag)).toEqual([]);
    const attributes = tags.flatMap(([, , text]) => [...(text as string).matchAll(/\s([a-zA-Z0-9-]+)="[^"]*"|\s([a-z]+)$/g)].map(([, name, bare]) => (name ?? bare) as string));
    expect(attributes.filter((name) => !ATTRIBUTES.has(name))).toEqual([]);
    expect(page()).not.toMatch(/url\(|@import/);
    expect(page()).toContain('&lt;script&gt;alert(&quot;x&quot;)');
    expect(page()).not.toContain('\u202e');
  });

  it('allows its own style sheet by hash and nothing else', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page())?.[1] as string;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page()).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`.replaceAll("'", '&#39;'));
  });

  it('says what was counted, and that it is no proof', () => {
    expect(page()).toContain('cession verify &lt;file&gt; --key &lt;key&gt;');
    for (const shown of [AGENCY, REGULATOR, 'NO-RULE-KNOWN', 'borrowers.DataDisclosed/1', '<svg class="timeline"', '115']) expect(page()).toContain(shown);
  });

  it('closes what it opens', () => {
    const open: string[] = [];
    for (const [, slash, name, self] of page().matchAll(/<(\/?)([a-z0-9]+)(?:\s[^>]*?)?(\/?)>/g)) {
      if (self === '/' || name === 'meta') continue;
      if (slash === '/') expect(open.pop()).toBe(name);
      else open.push(name as string);
    }
    expect(open).toEqual([]);
  });
});

describe('the words of a page', () => {
  it('in Chinese say what each type of event means, and of no other', () => {
    expect(Object.keys(PAGE_TEXTS.zh.meanings).sort()).toEqual(eventTypesOf().sort());
    expect(Object.entries(PAGE_TEXTS.zh.meanings).filter(([, meaning]) => !/^[\u4e00-\u9fff].*。$/u.test(meaning))).toEqual([]);
  });

  it('in English are those of the schemas, each a sentence', () => {
    expect(eventTypesOf().filter((type) => !/^[A-Z].*\.$/u.test(readEventSchema(type, 1).description))).toEqual([]);
  });

  it.each(['en', 'zh'] as const)('in %s know every category, purpose, audience and room', (language) => {
    const { categoryOf, purposeOf, audienceOf, family } = PAGE_TEXTS[language];
    expect([categoryOf, purposeOf, audienceOf, family].map((words) => Object.keys(words).sort())).toEqual([DATA_CATEGORIES, PURPOSES, [...AUDIENCES, 'SYSTEM'], ROOMS].map((words) => [...words].sort()));
  });
});

describe('the list of entries on a page', () => {
  it.each([
    [0, 0, 0],
    [100, 100, 0],
    [150, 150, 0],
    [200, 200, 0],
    [201, 200, 1],
    [1_234, 200, 1_034],
  ])('of %i entries keeps %i, the first and the last, in their order', (count, kept, omitted) => {
    const excerpt = new Excerpt();
    const entry = parseEntry(log.entries[1]!.bytes);
    for (let index = 0; index < count; index += 1) excerpt.add({ ...entry, index }, []);
    const indexes = [...excerpt.first, ...excerpt.last].map(({ index }) => index);
    expect({ kept: indexes.length, omitted: excerpt.omitted }).toEqual({ kept, omitted });
    expect(indexes).toEqual(Array.from({ length: count }, (_, index) => index).filter((index) => index < 100 || index >= count - 100));
  });

  it('says what each is, who acted and what was decided', () => {
    expect(files.get('report/report.en.html')).toMatch(/<td class="number">10<\/td><td class="time">2020-11-11 00:00:00<\/td><td>What borrowers.DataDisclosed means\. .*An agency .*Servicing the debt<\/td><td>allowed/);
  });
});

describe('the table of entries', () => {
  const rowsOf = (texts: ReadonlyMap<string, string>): Record<string, string>[] => parse(texts.get('report/entries.csv') ?? '', { bom: true, columns: true });

  it('has a line for each entry, with what is shown of it', () => {
    const rows = rowsOf(files);
    expect(rows.map(({ index }) => index)).toEqual(log.entries.map(({ index }) => String(index)));
    expect(rows[10]).toMatchObject({ type: 'borrowers.DataDisclosed', family: 'borrowers', audience: 'PARTNER', purpose: 'SERVICING', withheld: 'sealed:1' });
    expect(JSON.parse(rows[10]?.['shown'] ?? '')).toMatchObject({ actorOrg: AGENCY, hidden: HOSTILE });
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uff1d1'])('has no cell that a spreadsheet takes for a formula: %j', async (value) => {
    const hostile = await sampleLog(3, {}, [...busyEvents(2), (() => { const event = busyEvents(2)[1]!; return { ...event, draft: { ...event.draft, id: 'event_00000000000000000000000009', decision: { ...event.draft.decision!, rules: [value] } } }; })()]);
    const texts = await textsOf(await logBundle(hostile, { appendix: sampleAppendix() }));
    expect(rowsOf(texts)[2]?.['rules']).toBe(`'${value}`);
    expect(texts.get('report/entries.csv')).not.toMatch(/(^|,|\n)"?[=+\-@\t\r\uff1d]/);
  });

  it('of an export without entries has its head only', async () => {
    const texts = await textsOf(await streamBundle(log, [{ stream: 'debt:debt_none', from: 1, to: 0 }], { appendix: sampleAppendix() }));
    expect(texts.get('report/entries.csv')?.split('\r\n')).toHaveLength(2);
    expect(texts.get('report/report.en.html')).toContain('no entry');
  });
});
