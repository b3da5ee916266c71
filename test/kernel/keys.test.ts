/** Keys: made once on the very first start, never again; read from where the operator put them; told apart without being shown. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig, type Config } from '../../kernel/config';
import { createPrivateFile } from '../../kernel/home';
import { withHomeLock } from '../../kernel/home-lock';
import { deriveKey, masterKeyFingerprint, openLedgerKey, openMasterKey } from '../../kernel/keys';
import { pidNamespace } from '../../kernel/process-identity';
import { Secret } from '../../kernel/secret';

const unused = async (): Promise<boolean> => false;
const used = async (): Promise<boolean> => true;
let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-keys-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

function freshConfig(env: NodeJS.ProcessEnv = {}): Config {
  return loadConfig({ CESSION_HOME: path.join(folder, `home-${++count}`), ...env });
}

describe('the master key', () => {
  it('is made on the first start and is the same on the second', async () => {
    const config = freshConfig();
    const first = await openMasterKey(config, unused);
    expect(first.reveal()).toHaveLength(32);
    expect((await openMasterKey(config, used)).reveal()).toEqual(first.reveal());
  });

  it('is one key however many starts race for it', async () => {
    const config = freshConfig();
    const keys = await Promise.all(Array.from({ length: 8 }, () => openMasterKey(config, unused).catch(() => openMasterKey(config, unused))));
    expect(new Set(keys.map((key) => key.reveal().toString('hex'))).size).toBe(1);
  });

  it('from the environment wins and writes no file', async () => {
    const config = freshConfig({ CESSION_MASTER_KEY: Buffer.alloc(32, 9).toString('base64') });
    expect((await openMasterKey(config, used)).reveal()).toEqual(Buffer.alloc(32, 9));
    expect(await fs.readdir(config.home)).toEqual([]);
  });

  it.each([
    ['a database that is in use', [], used, 'the database holds a hub\'s data'],
    ['a home with a ledger key', ['ledger.key'], unused, 'has been used before'],
    ['a home with a database', ['database.json'], unused, 'has been used before'],
  ])('is not made again for %s', async (_what, files, databaseIsUsed, cause) => {
    const config = freshConfig();
    await fs.mkdir(config.home);
    for (const file of files) await fs.writeFile(path.join(config.home, file), 'x', { mode: 0o600 });
    await expect(openMasterKey(config, databaseIsUsed)).rejects.toThrow(cause);
    expect(await fs.readdir(config.home)).toEqual(files);
  });

  it('that was cut short is refused, not replaced', async () => {
    const config = freshConfig();
    await openMasterKey(config, unused);
    const file = path.join(config.home, 'master.key');
    await fs.writeFile(file, 'c2hvcnQ=\n');
    await expect(openMasterKey(config, unused)).rejects.toThrow('does not hold 32 bytes');
    expect(await fs.readFile(file, 'utf8')).toBe('c2hvcnQ=\n');
  });
});

describe('a derived key', () => {
  const master = new Secret(Buffer.alloc(32, 1));

  it('differs by purpose and by master key', () => {
    const keys = [deriveKey(master, 'a'), deriveKey(master, 'b'), deriveKey(new Secret(Buffer.alloc(32, 2)), 'a')];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  });

  it('called a fingerprint never changes: it stands in every existing database', () => {
    expect(masterKeyFingerprint(master)).toBe('d6b7603692842cdf81dacc39b4069c55');
  });
});

describe('the ledger key', () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it('is made with the master key, as Ed25519', async () => {
    const config = freshConfig();
    await openMasterKey(config, unused);
    expect(createPrivateKey((await openLedgerKey(config, false)).reveal()).asymmetricKeyType).toBe('ed25519');
  });

  it('is taken from the variable as text, with \\n for line ends, or as the path of a file', async () => {
    const file = path.join(folder, 'given.pem');
    await fs.writeFile(file, pem);
    const given = [pem, pem.replaceAll('\n', '\\n'), file].map((value) => openLedgerKey(freshConfig({ CESSION_LEDGER_KEY: value }), false));
    expect((await Promise.all(given)).map((key) => key.reveal().trim())).toEqual([pem.trim(), pem.trim(), pem.trim()]);
  });

  it.each([
    ['missing in a used home', {}, false],
    ['named but not there', { CESSION_LEDGER_KEY: '/nowhere/key.pem' }, true],
  ])('%s is an error, never a new key', async (_how, env, mayCreate) => {
    await expect(openLedgerKey(freshConfig(env), mayCreate)).rejects.toThrow("The ledger's signing key is missing");
  });
});

describe('a private file', () => {
  it('keeps its first content, whoever comes later', async () => {
    const file = path.join(folder, 'once');
    const contents = await Promise.all(['a', 'b', 'c'].map((text) => createPrivateFile(file, text)));
    expect(new Set(contents).size).toBe(1);
    expect(await createPrivateFile(file, 'd')).toBe(contents[0]);
    expect((await fs.readdir(folder)).filter((name) => name.includes('draft'))).toEqual([]);
  });
});

describe('the lock of a home', () => {
  it('admits one at a time', async () => {
    let inside = 0;
    let most = 0;
    const visit = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withHomeLock(folder, visit)));
    expect(most).toBe(1);
  });

  it('left by a process whose id somebody else has now is taken over', async () => {
    await fs.writeFile(path.join(folder, 'start.lock'), `${process.pid} 1 ${await pidNamespace()}`);
    await expect(withHomeLock(folder, async () => 'in')).resolves.toBe('in');
  });
});
