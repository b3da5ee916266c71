/** Progress as a person sees it: drawn on a terminal, moving to its end, gone afterwards; never in a pipe, and nothing to put right after Ctrl-C. */
import { execFile, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeLogBundle, type BundleEntry } from '../../audit/bundle/log-bundle';
import { signCheckpoint } from '../../audit/log/checkpoint';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { generatedEntries, generatedRoot } from '../bench/generated-log';

const PROGRAM = path.resolve(__dirname, '../../dist/cli/cession.js');
const hasScript = String(spawnSync('script', ['--version']).stdout).includes('util-linux');
const missing = [...(existsSync(PROGRAM) ? [] : ['there is no dist/; npm run build makes it']), ...(hasScript ? [] : ['there is no util-linux script here, which makes the terminal'])].join('; ');
const able = (claim: string, test: () => Promise<void>): void => {
  if (missing === '') it(claim, test);
  else it.skip(`${claim} (skipped: ${missing})`, test);
};

/** Long enough for the bar to be drawn several times. */
const ENTRIES = 40_000;
const KEY = createSigningKey('cession.test/progress', Buffer.alloc(32, 3));
const CLEARED = '\u001b[2K';
/** Of a cursor hidden and of a terminal that no longer wraps lines. */
const LEFT_CHANGED = ['\u001b[?25l', '\u001b[?7l'];

const run = promisify(execFile);
const env = { PATH: '/usr/bin:/bin', LANG: 'en_US.UTF-8', TERM: 'xterm' };

async function* inOrder(shape: Parameters<typeof generatedEntries>[0]): AsyncGenerator<BundleEntry> {
  yield* generatedEntries(shape);
}

describe('the progress of a verification', () => {
  let folder: string;
  let verify: string[];
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-progress-'));
    if (missing !== '') return;
    const shape = { size: ENTRIES, origin: 'cession.test/progress', vkey: KEY.vkey };
    const signer = openSigningKey(KEY.secret);
    const checkpoint = await signCheckpoint({ origin: shape.origin, size: ENTRIES, root: generatedRoot(shape) }, signer);
    const file = path.join(folder, 'log.cession');
    await writeLogBundle(createWriteStream(file), { checkpoint, vkey: KEY.vkey, signer, createdAt: '2026-11-22T00:00:00.000Z', mandate: null, entries: inOrder(shape) });
    verify = [PROGRAM, 'verify', file, '--key', KEY.vkey];
  }, 30_000);
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  able('moves to 100 % on a terminal, clears its line and changes nothing else', async () => {
    const command = [process.execPath, ...verify].map((word) => `'${word}'`).join(' ');
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], { env, maxBuffer: 1024 * 1024 });
    const [drawn = '', after = ''] = stdout.split(CLEARED);
    const shown = [...drawn.matchAll(/Verifying \S+ (\d+)%/g)].map(([, percent]) => Number(percent));
    expect(new Set(shown).size).toBeGreaterThan(2);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(shown.at(-1)).toBe(100);
    expect(after).toMatch(/^VERIFIED/);
    expect(after).not.toContain('\u001b');
    for (const change of LEFT_CHANGED) expect(stdout).not.toContain(change);
  });

  able('is not in a pipe, neither beside the report nor in it', async () => {
    const { stdout, stderr } = await run(process.execPath, verify, { env });
    expect(stdout).toMatch(/^VERIFIED/);
    expect([stdout.includes('\u001b'), stderr]).toEqual([false, '']);
  });
});
