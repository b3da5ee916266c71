/**
 * Ed25519 key pairs kept as files in the hub's home: the private part readable by its owner only, the public part for
 * whoever verifies. Refuses a private key that others can read; never overwrites one.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Folder of the key files inside CESSION_HOME. */
const FOLDER = 'keys';

function fileOf(home: string, name: string, part: 'private' | 'public'): string {
  return path.join(home, FOLDER, `${name}.${part}.pem`);
}

/** The pair called `name`, made at the first call. Two processes starting at once end up with the same one. */
export function openKeyPair(home: string, name: string): KeyPair {
  const file = fileOf(home, name, 'private');
  if (!existsSync(file)) createKeyFile(file);
  refuseReadableByOthers(file);
  const privateKey = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(privateKey);
  publish(fileOf(home, name, 'public'), publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return { privateKey, publicKey };
}

/** The public part only; null while nobody has made the pair. */
export function readPublicKey(home: string, name: string): KeyObject | null {
  const file = fileOf(home, name, 'public');
  return existsSync(file) ? createPublicKey(readFileSync(file)) : null;
}

/** A hard link fails where a rename would replace: the first of two starting processes wins, the other takes its key. */
function createKeyFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = draftOf(file);
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}

function publish(file: string, pem: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === pem) return;
  const draft = draftOf(file);
  writeFileSync(draft, pem, { mode: 0o644, flag: 'wx' });
  renameSync(draft, file);
}

function draftOf(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}`;
}

function refuseReadableByOthers(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return;
  throw new StartError(`The private key ${file} can be read by other users.`, `Make it yours alone: chmod 600 ${file}`);
}
