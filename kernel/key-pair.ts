/**
 * Ed25519 key pairs of the hub's own credentials, kept in the home folder: `<name>.key` for who signs, `<name>.pub` for who
 * verifies. Makes a pair once and never replaces its private part.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createPrivateFile, makeHome, readPrivateFile, replacePrivateFile } from './home';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The pair called `name`, made at the first call. Two processes starting at once end up with the same one. */
export async function openKeyPair(home: string, name: string): Promise<KeyPair> {
  await makeHome(home);
  const file = path.join(home, `${name}.key`);
  const privateKey = createPrivateKey((await readPrivateFile(file)) ?? (await createPrivateFile(file, newPrivateKey())));
  const publicKey = createPublicKey(privateKey);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  if ((await readText(publicFile(home, name))) !== pem) await replacePrivateFile(publicFile(home, name), pem);
  return { privateKey, publicKey };
}

/** The public part only, which is all a verifier needs; null while nobody has made the pair. */
export async function readPublicKey(home: string, name: string): Promise<KeyObject | null> {
  const pem = await readText(publicFile(home, name));
  return pem === null ? null : createPublicKey(pem);
}

function publicFile(home: string, name: string): string {
  return path.join(home, `${name}.pub`);
}

function newPrivateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function readText(file: string): Promise<string | null> {
  return fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
