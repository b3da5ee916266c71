/**
 * The hub's long-lived keys: from the environment, or from files in the home folder made once, on the very first start.
 * Refuses to make a new key where an old one must exist: a new master key would turn every borrower's data into noise.
 */
import { generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { MASTER_KEY_BYTES, type Config } from './config';
import { createPrivateFile, exists, makeHome, readPrivateFile } from './home';
import { Secret } from './secret';
import { StartError } from './start-error';

/** In the home folder, unless the key is in CESSION_MASTER_KEY. */
export const MASTER_KEY_FILE = 'master.key';
/** In the home folder, unless the key is elsewhere. */
export const LEDGER_KEY_FILE = 'ledger.key';
/** What a home that has been used holds; any of them without its key means that the key was lost. */
const TRACES_OF_USE = [MASTER_KEY_FILE, LEDGER_KEY_FILE, 'database.json', 'pg'];

/** Keys by purpose (RFC 5869): no two uses share key bytes, and none reveals the master key. */
export function deriveKey(masterKey: Secret<Buffer>, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey.reveal(), Buffer.alloc(0), `cession ${purpose}`, MASTER_KEY_BYTES));
}

/** Tells two master keys apart without helping anybody to guess either: kept in each room's database. */
export function masterKeyFingerprint(masterKey: Secret<Buffer>): string {
  return deriveKey(masterKey, 'fingerprint').subarray(0, 16).toString('hex');
}

/**
 * Reads the master key, making it when this is the first start ever: neither a used home nor a used database.
 * `databaseIsUsed` is asked only when a key would have to be made.
 */
export async function openMasterKey(config: Config, databaseIsUsed: () => Promise<boolean>): Promise<Secret<Buffer>> {
  if (config.masterKey) {
    await makeHome(config.home);
    return config.masterKey;
  }
  const file = path.join(config.home, MASTER_KEY_FILE);
  const text = (await readPrivateFile(file)) ?? (await createMasterKey(config, file, databaseIsUsed));
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== MASTER_KEY_BYTES) {
    throw new StartError(`${file} does not hold ${MASTER_KEY_BYTES} bytes in base64.`, 'Restore it from its backup; a new key cannot read the existing personal data.');
  }
  return new Secret(key);
}

async function createMasterKey(config: Config, file: string, databaseIsUsed: () => Promise<boolean>): Promise<string> {
  const traces = await Promise.all(TRACES_OF_USE.map((name) => exists(path.join(config.home, name))));
  if (traces.includes(true)) {
    throw new StartError(
      `The master key is missing: ${config.home} has been used before, but ${file} is not there and CESSION_MASTER_KEY is unset.`,
      'Restore the file from its backup or set CESSION_MASTER_KEY; only a hub without any data may start with a new key.',
    );
  }
  if (await databaseIsUsed()) {
    throw new StartError(
      `The master key is missing: the database holds a hub's data, but ${file} is not there and CESSION_MASTER_KEY is unset.`,
      'Set CESSION_MASTER_KEY to the key this database was created with, or CESSION_HOME to the folder that holds it.',
    );
  }
  await makeHome(config.home);
  if (!config.ledger.key && !config.ledger.signCommand) await createPrivateFile(path.join(config.home, LEDGER_KEY_FILE), newLedgerKey());
  return createPrivateFile(file, `${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
}

/** Ed25519, the signature type of C2SP checkpoints, as PKCS #8 PEM. */
function newLedgerKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * The PEM of the key that signs checkpoints: CESSION_LEDGER_KEY (a PEM text, or the path of a PEM file), or the home's own.
 * With CESSION_MASTER_KEY set and no ledger key anywhere, `mayCreate` decides: true only for a ledger that does not exist yet.
 */
export async function openLedgerKey(config: Config, mayCreate: boolean): Promise<Secret> {
  const given = config.ledger.key?.reveal();
  if (given?.startsWith('-----BEGIN')) return new Secret(given.replaceAll('\\n', '\n'));
  const file = given ?? path.join(config.home, LEDGER_KEY_FILE);
  const text = given ? await readKeyFile(file) : await readPrivateFile(file);
  if (text) return new Secret(text);
  if (given || !mayCreate) {
    throw new StartError(
      `The ledger's signing key is missing: ${file} is not there.`,
      'Restore it or set CESSION_LEDGER_KEY; checkpoints signed by another key would not verify for those who trust this ledger.',
    );
  }
  await makeHome(config.home);
  return new Secret(await createPrivateFile(file, newLedgerKey()));
}

/** A mounted secret is often readable by its group: the operator chose the path, so its mode is the operator's matter. */
async function readKeyFile(file: string): Promise<string | null> {
  return fs.readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw new StartError(`CESSION_LEDGER_KEY names ${file}, which cannot be read.`, 'Give the path of a PEM file this user may read.', cause);
  });
}
