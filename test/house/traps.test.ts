/** Mistakes that ledgers have been seen to make: for each there is a test that names it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TRAPS = [
  // Sequencing
  'predecessor read without serialisation', 'FOR UPDATE on the last row', 'the empty table', 'advisory lock in a trigger', 'time order is not commit order', 'in-memory head across processes',
  'numbers visible out of order', 'at-least-once delivery',
  // Encoding
  'ns vs µs', 'jsonb re-rendering', 'concatenation without delimiters', 'position not hashed', 'duplicate JSON keys', 'lone surrogates', 'integers > 2^53', 'entries > 65,535 bytes',
  // Proofs and tiles
  'empty-tree hash', '32-bit shifts in proof code', 'size 0 consistency', 'partial tile replaced by full',
  // Signatures
  'base64 with + in vkeys', 'unknown vs known-bad signatures', 'duplicate witness keys counted twice', 'identity chosen by the server',
  // Witness and audit
  'check and store not atomic', 'witness state stored before the cosignature is delivered and never retried', 'auditor that checks links but not values', 'rights are a deterrent, not the proof',
];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? sources(file) : entry.name.endsWith('.test.ts') && entry.name !== path.basename(__filename) ? [readFileSync(file, 'utf8')] : [];
  });
}

describe('the traps of ledgers', () => {
  const named = new Set(sources(path.dirname(__dirname)).flatMap((text) => [...text.matchAll(/\(trap: ([^)]+)\)/g)].map(([, trap]) => trap)));

  it.each(TRAPS)('%s has a test', (trap) => expect(named).toContain(trap));

  it('are all listed here', () => expect([...named].filter((trap) => !TRAPS.includes(trap!))).toEqual([]));
});
