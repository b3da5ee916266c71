/**
 * Tells whether a process id still means the same process. Ids are reused after a reboot, and in a container nearly always
 * by the very next start; a kill sent or a lock respected on the number alone would hit or trust a stranger.
 */
import fs from 'node:fs/promises';

/** Elsewhere than on Linux nothing more than the number is known. */
const UNKNOWN = 'unknown';
/** Position of `starttime` in /proc/<pid>/stat, counted after the command name, which may itself hold spaces (proc(5)). */
const START_TIME = 19;

/** This boot and process-id namespace: within one, a process id can be looked up; across two, it says nothing. */
export async function pidNamespace(): Promise<string> {
  const boot = await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => UNKNOWN);
  const namespace = await fs.readlink('/proc/self/ns/pid').catch(() => UNKNOWN);
  return `${boot.trim()}/${namespace}`;
}

/** When the process started, in clock ticks since boot; null when there is none of that id, `unknown` where it cannot be told. */
export async function startOf(pid: number): Promise<string | null> {
  if (!isAlive(pid)) return null;
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME] ?? UNKNOWN;
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
