/**
 * The home folder (CESSION_HOME): private files of one hub on one machine. Files are written whole or not at all, are
 * readable by their owner only, and keys are never overwritten.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './folder';
import { StartError } from './start-error';

/** Owner may read and write, nobody else anything. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

export async function makeHome(home: string): Promise<void> {
  try {
    await makeFolder(home, PRIVATE_FOLDER);
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
