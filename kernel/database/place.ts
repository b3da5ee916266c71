/**
 * Where the embedded server of a home keeps its data, and what is remembered of it between starts (`database.json`, mode
 * 0600). The data lies in the home; only for root whose home the server's account cannot enter it lies in /var/lib/cession.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createPrivateFile, exists, readPrivateFile, replacePrivateFile } from '../home';
import { StartError } from '../start-error';
import { canEnter, chooseServerAccount, type ServerAccount } from './server-account';
import { freePort } from './free-port';

const MEMORY_FILE = 'database.json';
/** FHS 5.8: variable state of a service. Survives reboots, unlike a temporary folder. */
const SYSTEM_STATE = '/var/lib/cession';
/** Others may pass through, not list: the data directory inside is the server account's alone, keys are 0600. */
const PASSABLE = 0o711;

interface Memory {
  /** Relative to the home when inside it, so that a copied or moved home never points at another one's data. */
  readonly dataDirectory: string;
  readonly port: number;
  readonly password: string;
  /** The process-id namespace the server was last started in; see `staleLock` in embedded-server.ts. */
  readonly startedIn?: string;
}

export interface Place extends Memory {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly account: ServerAccount;
  /** For copies of programs and drafts of the data directory. */
  readonly parent: string;
  readonly logFile: string;
}

/** MUST run under the home lock. */
export async function openPlace(home: string): Promise<Place> {
  const memory = await readMemory(home);
  if (memory) {
    const dataDirectory = path.resolve(home, memory.dataDirectory);
    await refuseForeignPlace(home, dataDirectory);
    return describe(home, memory, await chooseServerAccount(dataDirectory));
  }
  const account = await chooseServerAccount(null);
  const dataDirectory = (await isPassable(home, account)) ? 'pg' : path.join(await makeSystemPlace(home), 'pg');
  const fresh: Memory = { dataDirectory, port: await freePort(), password: randomBytes(24).toString('base64url') };
  await createPrivateFile(path.join(home, MEMORY_FILE), format(fresh));
  return describe(home, fresh, account);
}

/** Remembers a changed port or start; returns the place as it now is. MUST run under the home lock. */
export async function rememberPlace(home: string, place: Place, change: Partial<Pick<Memory, 'port' | 'startedIn'>>): Promise<Place> {
  const memory = await readMemory(home);
  if (!memory) throw new StartError(`${path.join(home, MEMORY_FILE)} vanished while the database was starting.`, 'Start again.');
  await replacePrivateFile(path.join(home, MEMORY_FILE), format({ ...memory, ...change }));
  return { ...place, ...change };
}

async function readMemory(home: string): Promise<Memory | null> {
  const file = path.join(home, MEMORY_FILE);
  const text = await readPrivateFile(file);
  if (text === null) {
    if (!(await exists(path.join(home, 'pg')))) return null;
    throw new StartError(`${file} is missing, and with it the password of the database in ${path.join(home, 'pg')}.`, 'Restore the file from its backup.');
  }
  try {
    return JSON.parse(text) as Memory;
  } catch (cause) {
    throw new StartError(`${file} is not readable as JSON.`, 'Restore the file from its backup.', cause);
  }
}

function format(memory: Memory): string {
  return `${JSON.stringify(memory, null, 2)}\n`;
}

function describe(home: string, memory: Memory, account: ServerAccount): Place {
  const dataDirectory = path.resolve(home, memory.dataDirectory);
  return { ...memory, dataDirectory, account, parent: path.dirname(dataDirectory), logFile: path.join(home, 'database.log') };
}

async function isPassable(home: string, account: ServerAccount): Promise<boolean> {
  if (account.uid !== undefined) await fs.chmod(home, PASSABLE);
  return canEnter(home, account);
}

async function makeSystemPlace(home: string): Promise<string> {
  const folder = path.join(SYSTEM_STATE, `${path.basename(path.dirname(home))}-${randomBytes(6).toString('hex')}`);
  try {
    await fs.mkdir(SYSTEM_STATE, { recursive: true, mode: 0o755 });
    await fs.mkdir(folder, { mode: PASSABLE });
    await fs.writeFile(path.join(folder, 'home'), `${home}\n`);
  } catch (cause) {
    throw new StartError(
      `PostgreSQL does not run as root, its account cannot enter ${home}, and ${SYSTEM_STATE} cannot be written.`,
      'Set CESSION_HOME to a folder that other users may pass through (outside /root), or set DATABASE_URL.',
      cause,
    );
  }
  return folder;
}

/** A copied home would share the original's data, and each would take the other's server for its own. */
async function refuseForeignPlace(home: string, dataDirectory: string): Promise<void> {
  if (dataDirectory.startsWith(home + path.sep)) return;
  const marker = path.join(path.dirname(dataDirectory), 'home');
  const owner = (await fs.readFile(marker, 'utf8').catch(() => '')).trim();
  if (owner === home) return;
  throw new StartError(
    `The database in ${dataDirectory} belongs to the home folder ${owner || '(unknown)'}, not to ${home}.`,
    `If you moved the folder, write its new path into ${marker}; a copy needs a database of its own.`,
  );
}
