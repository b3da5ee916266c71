/**
 * The counts of an export as it states them itself. There is one way to write them, so they hold exactly when the bytes are those
 * of the verifier's own count; otherwise this names the first count that differs.
 */
import { parseCanonical, type JsonValue } from './canonical';
import { SUMMARY_FILE } from './report-files';
import { formatTally, type Tally } from './tally';
import { fail } from './verdict';

export function formatSummary(tally: Tally): Buffer {
  return Buffer.from(formatTally(tally), 'utf8');
}

export function compareSummary(bytes: Buffer, tally: Tally): void {
  const own = formatSummary(tally);
  if (own.equals(bytes)) return;
  const [place, expected, got] = firstDifference(parseCanonical(own), parseCanonical(bytes), []) ?? ['', 'other counts', 'these'];
  fail('integrity', { code: 'REPORT_MISMATCH', file: SUMMARY_FILE, expected: `${place} ${expected}`, got: `${place} ${got}` });
}

type Difference = readonly [place: string, expected: string, got: string];

function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstDifference(own: JsonValue | undefined, stated: JsonValue | undefined, path: readonly string[]): Difference | null {
  if (!isObject(own) || !isObject(stated)) {
    const [expected, got] = [own, stated].map((value) => (value === undefined ? 'nothing' : isObject(value) ? 'counts' : JSON.stringify(value))) as [string, string];
    return expected === got ? null : [path.join(' '), expected, got];
  }
  for (const name of [...new Set([...Object.keys(own), ...Object.keys(stated)])].sort()) {
    const found = firstDifference(Object.hasOwn(own, name) ? own[name] : undefined, Object.hasOwn(stated, name) ? stated[name] : undefined, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}
