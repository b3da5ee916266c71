/**
 * Keeps two starts on the same home apart: a lock file that names its holder. A dead holder's lock is taken over; the lock
 * is held only while starting or stopping, never while serving.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidNamespace, startOf } from './process-identity';
import { StartError } from './start-error';

/** Milliseconds to wait for another start of the same home: a first start takes about one second. */
const WAIT_MS = 60_000;
const RETRY_MS = 50;
const PRIVATE_FILE = 0o600;

/** Runs `work` while no other process of this machine starts or stops on the same home. */
export async function withHomeLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(home, 'start.lock');
  const self = `${process.pid} ${(await startOf(process.pid)) ?? ''} ${await pidNamespace()}`;
  const until = Date.now() + WAIT_MS + 10 * RETRY_MS;
  while (!(await tryLock(lock, self))) {
    if (Date.now() > until) {
      throw new StartError(`Another process has been starting on ${home} for a minute.`, `If none is running, delete ${lock}.`);
    }
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await fs.rm(lock, { force: true });
  }
}

async function tryLock(lock: string, self: string): Promise<boolean> {
  try {
    await fs.writeFile(lock, self, { flag: 'wx', mode: PRIVATE_FILE });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isAbandoned(lock)) await fs.rm(lock, { force: true });
  return false;
}

/**
 * Unreadable or from another container: only its age tells, since no start takes that long. Two waiters may both find a lock
 * abandoned and then both start; PostgreSQL's own lock on the data directory still admits one server.
 */
async function isAbandoned(lock: string): Promise<boolean> {
  const [text, stat] = await Promise.all([fs.readFile(lock, 'utf8').catch(() => ''), fs.stat(lock).catch(() => null)]);
  if (!stat) return false;
  const [pid, start, namespace] = text.split(' ');
  if (namespace === (await pidNamespace())) return (await startOf(Number(pid))) !== start;
  return Date.now() - stat.mtimeMs > WAIT_MS;
}
