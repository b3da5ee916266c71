/** A signing command in place of a key: what it is given, and what of its answers is believed. The command here is a real process. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { signCheckpoint, verifyCheckpoint } from '../../../audit/log/checkpoint';
import { createSigningKey, parseVkey } from '../../../audit/log/note-key';
import { openCommandSigner } from '../../../audit/signer/command-signer';
import { openLedgerSigner } from '../../../audit/signer/ledger-signer';
import { loadConfig } from '../../../kernel/config';
import { ORIGIN } from '../ledger-fixture';

const SEED = Buffer.alloc(32, 7);
const { vkey } = createSigningKey(ORIGIN, SEED);
const CHECKPOINT = { origin: ORIGIN, size: 3, root: Buffer.alloc(32, 1) };

/** Signs standard input with Ed25519 under the seed given, as a client of a key-management service would have it signed. */
const SERVICE = `
const { createPrivateKey, sign } = require('node:crypto');
const { writeSync } = require('node:fs');
const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(process.argv[2], 'hex')]), format: 'der', type: 'pkcs8' });
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  writeSync(1, sign(null, Buffer.concat(chunks), key).toString('base64') + '\\n');
});`;

describe('a command that signs', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-sign-'));
    await fs.writeFile(path.join(folder, 'service.js'), SERVICE);
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  const service = (seed: Buffer): string[] => [process.execPath, path.join(folder, 'service.js'), seed.toString('hex')];
  const script = (code: string): string[] => [process.execPath, '-e', `const { writeSync } = require('node:fs'); const say = (text) => writeSync(1, text + '\\n'); ${code}`];
  const signWith = (command: readonly string[], timeoutMs?: number): Promise<string> => signCheckpoint(CHECKPOINT, openCommandSigner(ORIGIN, { command, vkey }, timeoutMs));

  it('makes checkpoints that verify under its key', async () => {
    expect(verifyCheckpoint(await signWith(service(SEED)), parseVkey(vkey))).toMatchObject({ size: 3 });
  });

  it('is what the settings choose instead of a key', async () => {
    const settings = { CESSION_LEDGER_ORIGIN: ORIGIN, CESSION_LEDGER_SIGN_COMMAND: service(SEED).join(' '), CESSION_LEDGER_VKEY: vkey };
    const signer = await openLedgerSigner(loadConfig(settings), false);
    expect(signer.vkey).toBe(vkey);
    expect(verifyCheckpoint(await signCheckpoint(CHECKPOINT, signer), parseVkey(vkey)).size).toBe(3);
  });

  it.each<[string, () => string[], string]>([
    ['signs with another key', () => service(Buffer.alloc(32, 8)), 'did not answer the signature of this ledger’s key'],
    ['answers nothing', () => script(''), 'did not answer the signature of this ledger’s key'],
    ['answers words beside the signature', () => script(`say('ok'); say('${'A'.repeat(86)}==')`), 'did not answer the signature of this ledger’s key'],
    ['answers no base64', () => script(`say('${'f0'.repeat(64)}')`), 'did not answer the signature of this ledger’s key'],
    ['answers a signature and fails all the same', () => script(`say('${'A'.repeat(86)}=='); process.exitCode = 3`), 'ended with exit code 3'],
    ['answers without end', () => script(`for (;;) say('A'.repeat(65536))`), 'answered more than any signature is long'],
    ['does not exist', () => [path.join(folder, 'nothing')], 'could not be run (ENOENT)'],
  ])('that %s is refused', async (_case, command, message) => {
    await expect(signWith(command())).rejects.toMatchObject({ code: 'UNAVAILABLE', message: `The command that signs for the ledger ${message}.` });
  });

  it('that hangs is ended', async () => {
    await expect(signWith(script('setInterval(() => undefined, 1000)'), 300)).rejects.toThrow('did not answer in time');
  });

  it.each([
    ['of another ledger', createSigningKey('other.test/log', SEED).vkey, 'names another origin'],
    ['that is none', 'nonsense', 'is not a verifier key'],
  ])('is refused with a verifier key %s', (_case, wrong, message) => {
    expect(() => openCommandSigner(ORIGIN, { command: ['sign'], vkey: wrong })).toThrow(message);
  });
});
