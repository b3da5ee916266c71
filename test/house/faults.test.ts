/** What may break around the ledger, and whether the thing that broke had taken effect: for each there is a test that names it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Fault × persisted or not; a fault that can only go one way stands there once. */
const FAULTS = [
  'the writer is killed at a statement of an append, persisted', 'the writer is killed at a statement of an append, not persisted',
  'two writers are started at once, persisted', 'two writers are started at once, not persisted',
  'an older copy of the ledger is restored, persisted', 'an older copy of a room is restored, persisted', 'an older copy of the key store is restored, persisted',
  'the disk is full, not persisted',
  'the relay delivers twice, persisted', 'the relay delivers out of order, not persisted',
  'the relay dies between, persisted', 'the relay dies between, not persisted',
  'the follower dies between, persisted', 'the follower dies between, not persisted',
  'the clock goes backwards, persisted',
  'the witness loses its answer, persisted', 'the witness loses its answer, not persisted',
  'the check of the ledger is killed, persisted',
];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? sources(file) : entry.name.endsWith('.test.ts') && entry.name !== path.basename(__filename) ? [readFileSync(file, 'utf8')] : [];
  });
}

describe('the faults around the ledger', () => {
  const named = new Set(sources(path.dirname(__dirname)).flatMap((text) => [...text.matchAll(/\(fault: ([^)]+)\)/g)].map(([, fault]) => fault)));

  it.each(FAULTS)('%s has a test', (fault) => expect(named).toContain(fault));

  it('are all listed here', () => expect([...named].filter((fault) => !FAULTS.includes(fault!))).toEqual([]));
});
