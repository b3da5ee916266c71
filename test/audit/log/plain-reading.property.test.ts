/** Entries and records read by the short way: whatever is changed in them, it accepts only what the general rules accept, as the same value. */
import fc from 'fast-check';
import { canonicalize } from '../../../audit/log/canonical';
import { openPlainDisclosures, parseDisclosure } from '../../../audit/log/commitment';
import { formatRecord, parseRecord, type DisclosureRecord } from '../../../audit/log/disclosure-record';
import { parseEntry } from '../../../audit/log/entry';
import { readEvent } from '../../../audit/log/event-shape';
import { FormatError } from '../../../audit/log/format-error';
import { readPlainEntry } from '../../../audit/log/plain-entry';
import { VerificationFailure } from '../../../audit/log/verdict';
import { accountFor } from '../../../audit/bundle/account';
import { sampleLog, type SampleLog } from '../sample-log';

let log: SampleLog;
beforeAll(async () => {
  log = await sampleLog(6);
});

/** Pieces that JSON, its canonical form or the shape of an entry could stumble over. */
const PIECES = ['', '"', '\\', ',', ':', '{', '}', '[', ']', ' ', '\n', '0', '1', '-', '.', 'e', 'A', 'z', 'q', '7', 'G', '_', '=', '\u00e9', '上', '\ud800', '\\u0041', '""', '{}', '[]', 'null', 'true', '1.0', '-0', '99999999999999999', '"_sd":[],', '"...":', ',"id":"event_', '"v":1', '},"index":', '"a":1,', '"b":{"c":[1,2]},'];
const edits = fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(4), put: fc.constantFrom(...PIECES) }), { minLength: 1, maxLength: 3 });
type Edits = readonly { at: number; cut: number; put: string }[];

function edited(text: string, changes: Edits): string {
  return changes.reduce((before, { at, cut, put }) => {
    const place = Math.floor(at * before.length);
    return before.slice(0, place) + put + before.slice(place + cut);
  }, text);
}

/** The value, or null when it was refused in the proper way. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError || error instanceof VerificationFailure) return null;
    throw error;
  }
}

describe('an entry read by the short way', () => {
  it('is every entry of a log with plain texts', () => {
    for (const { bytes } of log.entries) expect(readPlainEntry(bytes.toString(), bytes)?.eventBytes).toEqual(parseEntry(bytes).eventBytes);
  });

  it('is accepted after any edit only in canonical form, and as what JSON says it is', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.nat(5), edits, (which, changes) => {
        const bytes = Buffer.from(edited(log.entries[which]!.bytes.toString(), changes), 'utf8');
        const text = bytes.toString();
        const entry = attempt(() => parseEntry(bytes));
        if (entry === null) return;
        accepted += 1;
        const value = JSON.parse(text) as Record<string, never>;
        expect(canonicalize(value)).toBe(text);
        const { event, eventBytes, ...place } = entry;
        expect({ ...place, event: value['event'] }).toEqual(value);
        expect(event).toEqual(readEvent(value['event']));
        expect(eventBytes.toString()).toBe(canonicalize(value['event']));
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it.each([
    ['nested as deep as an entry may be', 30, true],
    ['nested deeper', 31, false],
  ])('with facts %s', (_what, depth, isRead) => {
    const facts = `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const text = log.entries[1]!.bytes.toString().replace(/"facts":\{[^}]*\}/, `"facts":${facts}`);
    expect(attempt(() => parseEntry(Buffer.from(text))) !== null).toBe(isRead);
  });
});

describe('disclosures opened together', () => {
  it('are what each is by itself, or left to be opened by itself, whatever is done to them', () => {
    const texts = log.entries.flatMap(({ disclosures }) => disclosures.flatMap(({ text }) => (text === null ? [] : [text])));
    const pieces = fc.constantFrom('', 'A', 'B', 'AA', '=', '+', '-', 'é', ' ', 'x'.repeat(3));
    let opened = 0;
    fc.assert(
      fc.property(fc.array(fc.record({ which: fc.nat(texts.length - 1), at: fc.nat(200), cut: fc.nat(2), put: pieces, isWhole: fc.boolean() }), { minLength: 1, maxLength: 6 }), (chosen) => {
        const given = chosen.map(({ which, at, cut, put, isWhole }) => (isWhole ? texts[which]! : texts[which]!.slice(0, at) + put + texts[which]!.slice(at + cut)));
        openPlainDisclosures(given).forEach((disclosure, i) => {
          if (disclosure === null) return;
          opened += 1;
          expect(disclosure).toEqual(parseDisclosure(given[i]!));
        });
      }),
      { numRuns: 5_000 },
    );
    expect(opened).toBeGreaterThan(1_000);
    expect(openPlainDisclosures(texts.filter((text) => parseDisclosure(text).form !== 'element'))).not.toContain(null);
  });
});

describe('the record of an entry read by the short way', () => {
  it('is accepted after any edit only in canonical form, and as what JSON says it is', () => {
    const lines = log.entries.flatMap(({ index, disclosures }) => [null, new Set(['borrower:borrower_1'])].map((scope) => ({ index, line: formatRecord(accountFor(index, disclosures, scope)).trimEnd() })));
    let accepted = 0;
    fc.assert(
      fc.property(fc.nat(lines.length - 1), edits, fc.boolean(), (which, changes, isWhole) => {
        const { index, line } = lines[which]!;
        const text = isWhole ? line : edited(line, changes);
        const record = attempt<DisclosureRecord>(() => parseRecord(text, { file: 'disclosures/000', index }));
        if (record === null) return;
        accepted += 1;
        expect(canonicalize(JSON.parse(text))).toBe(text);
        expect(record).toEqual(JSON.parse(text));
      }),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
