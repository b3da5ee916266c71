/**
 * The home folder (CESSION_HOME): private files of one hub on one machine. Files are written whole or not at all, are
 * readable by their owner only, and are never overwritten; a lock keeps two starts of the same hub apart.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error';

/** Owner may read and write, nobody else anything. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** Milliseconds to wait for another start of the same home: a first start takes about one second. */
const LOCK_WAIT_MS = 60_000;
const LOCK_RETRY_MS = 50;

export async function makeHome(home: string): Promise<void> {
  try {
    await fs.mkdir(home, { recursive: true, mode: PRIVATE_FOLDER });
    await fs.access(home, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    throw new StartError(`The home folder ${home} cannot be used by this user.`, 'Set CESSION_HOME to a folder this user may write.', cause);
  }
}

export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** The text of a private file, or null when there is none. Refuses a file that others on this machine can read. */
export async function readPrivateFile(file: string): Promise<string | null> {
  let text: string;
  try {
    const { mode } = await fs.stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new StartError(`${file} holds a secret but other users of this machine may read it.`, `Run: chmod 600 ${file} — and replace the secret if the machine is shared.`);
    }
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (error instanceof StartError) throw error;
    throw new StartError(`${file} cannot be read.`, 'Start the hub as the user that owns its home folder.', error);
  }
  return text;
}

/**
 * Creates a private file with the given text unless it exists, and returns what the file then holds. A crash leaves
 * either no file or the whole file: the text is synced under another name first, and `link` never replaces anything.
 */
export async function createPrivateFile(file: string, text: string): Promise<string> {
  const draft = await writeDraft(file, text);
  try {
    await fs.link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await fs.unlink(draft);
  }
  await syncFolder(path.dirname(file));
  return (await readPrivateFile(file)) ?? text;
}

/** Replaces a private file by a whole new one; a reader sees the old text or the new. MUST run under the home lock. */
export async function replacePrivateFile(file: string, text: string): Promise<void> {
  const draft = await writeDraft(file, text);
  await fs.rename(draft, file);
  await syncFolder(path.dirname(file));
}

/** Runs `work` while no other process of this machine works on the same home. The lock of a dead process is taken over. */
export async function withHomeLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(home, 'start.lock');
  const until = Date.now() + LOCK_WAIT_MS;
  while (!(await tryLock(lock))) {
    if (Date.now() > until) {
      throw new StartError(`Another process has been starting on ${home} for a minute.`, `If none is running, delete ${lock}.`);
    }
    await sleep(LOCK_RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await fs.rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await fs.writeFile(lock, String(process.pid), { flag: 'wx', mode: PRIVATE_FILE });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await fs.readFile(lock, 'utf8').catch(() => ''));
  // An empty file is a holder between open and write; it gets the same patience as a living one.
  if (holder > 0 && !isAlive(holder)) await fs.rm(lock, { force: true });
  return false;
}

/** EPERM means that the process lives and belongs to somebody else. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeDraft(file: string, text: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
  const handle = await fs.open(draft, 'wx', PRIVATE_FILE);
  try {
    const { uid, gid } = await fs.stat(path.dirname(file));
    // Root looking into a user's home must not lock that user out of it.
    if (process.getuid?.() === 0) await handle.chown(uid, gid);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
