/** How results look: tables, JSON for people, and the ends of periods as people type them. */
import { renderCompactJson } from '../../cli/compact-json';
import { parseDurationSeconds } from '../../cli/duration';
import { parseFrom, parseUntil } from '../../cli/period';
import { renderTable } from '../../cli/table';

describe('a table', () => {
  it('has columns as wide as their content, numbers to the right', () => {
    expect(renderTable(['reason', 'rows'], [['NOT_OVERDUE', 23_182], ['读取', 7]])).toBe('reason        rows\nNOT_OVERDUE  23182\n读取             7');
  });
});

describe('JSON for people', () => {
  it.each([
    [{ a: 1, b: [true, null] }, 40, '{ "a": 1, "b": [ true, null ] }'],
    [{ a: 'x'.repeat(10), b: ['y'.repeat(10), 'z'] }, 30, '{\n  "a": "xxxxxxxxxx",\n  "b": [ "yyyyyyyyyy", "z" ]\n}'],
    [['long enough', { to: 'break' }], 20, '[\n  "long enough",\n  { "to": "break" }\n]'],
    ['text', 2, '"text"'],
    [undefined, 10, 'null'],
  ])('of %j in %d columns breaks only what is too long', (value, width, text) => {
    expect(renderCompactJson(value, width)).toBe(text);
  });

  it('keeps line ends inside a text as they are', () => {
    const value = { text: 'one\n   two { "three" }' };
    expect(JSON.parse(renderCompactJson(value, 10))).toEqual(value);
    expect(JSON.parse(renderCompactJson(value, 100))).toEqual(value);
  });
});

describe('a period', () => {
  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-11-21T08:00:00Z', '2026-11-21T08:00:00.000Z', '2026-11-21T08:00:00.000Z'],
    ['2026-11-21T08:00:00.123+08:00', '2026-11-21T00:00:00.123Z', '2026-11-21T00:00:00.123Z'],
  ])('from %s begins then, to it includes all of the day', (text, from, until) => {
    expect([parseFrom(text).toISOString(), parseUntil(text).toISOString()]).toEqual([from, until]);
  });

  it.each(['2026-02-30', '2026-13-01', '21.11.2026', '2026-11-21T08:00', '', 'now', '2026-11-21T25:00:00Z'])('%j is refused', (text) => {
    expect(() => parseFrom(text)).toThrow('Give a day like');
  });
});

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['30m', 1_800],
    ['8h', 28_800],
    ['7d', 604_800],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds);
  });

  it.each(['8', '0h', '-1h', '1.5h', '8 h', '1w', ''])('%j is refused', (text) => {
    expect(() => parseDurationSeconds(text)).toThrow('A duration is a whole number');
  });
});
