/** Writing and verifying an export with its report takes the same memory however many entries there are. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const COMPILED = path.resolve(__dirname, '../../../dist');
const CHILD = path.join(__dirname, 'large-export.js');
/** The export alone is three times as long. */
const HEAP_MB = 32;
const ENTRIES = 40_000;

const run = promisify(execFile);
const isThere = existsSync(path.join(COMPILED, 'audit/report/export-appendix.js'));

describe('an export of many entries with its report', () => {
  const claim = 'is written and verified in a heap smaller than itself, its table in several files';
  (isThere ? it : it.skip)(isThere ? claim : `${claim} (skipped: there is no compiled report in dist/; npm run build makes it)`, async () => {
    const { stdout } = await run(process.execPath, [`--max-old-space-size=${HEAP_MB}`, CHILD, COMPILED, String(ENTRIES)]);
    const { outcome, entries, bytes, tables } = JSON.parse(stdout) as { outcome: string; entries: number; bytes: number; tables: readonly number[] };
    expect({ outcome, entries }).toEqual({ outcome: 'verified', entries: ENTRIES });
    expect(bytes).toBeGreaterThan(2 * HEAP_MB * 1024 * 1024);
    expect(tables.length).toBeGreaterThan(1);
    expect(Math.max(...tables)).toBeLessThan(16 * 1024 * 1024);
  }, 60_000);
});
