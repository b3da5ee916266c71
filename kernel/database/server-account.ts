/**
 * Under which operating-system account the embedded PostgreSQL runs. PostgreSQL refuses to run as root, so root hands it
 * to an unprivileged account; everybody else runs it as himself. Creates no account: the machine's user list is not ours.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '../start-error';

const run = promisify(execFile);

/** Only what a PostgreSQL program needs: the hub's own environment holds secrets. LC_ALL keeps messages in English. */
export const PROGRAM_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' };
/** Accounts root may hand the server to, best first; `nobody` exists on every machine. */
const CANDIDATES = ['postgres', 'nobody'];

/** Empty: the account of this process. Otherwise the ids that child processes must switch to. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** An existing data directory decides: PostgreSQL accepts none that its own account does not own. */
export async function chooseServerAccount(dataDirectory: string | null): Promise<ServerAccount> {
  const own = process.getuid?.();
  if (own === undefined) return {};
  const owner = dataDirectory === null ? null : await fs.stat(dataDirectory).catch(() => null);
  if (own !== 0) {
    if (owner && owner.uid !== own) {
      throw new StartError(`The database in ${dataDirectory} belongs to another user (uid ${owner.uid}).`, 'Start the hub as the user that created it, or set CESSION_HOME to a folder of your own.');
    }
    return {};
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of CANDIDATES) {
    const ids = await idsOf(name);
    if (ids) return ids;
  }
  throw new StartError('PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody".', 'Start the hub as an ordinary user, or set DATABASE_URL.');
}

async function idsOf(name: string): Promise<ServerAccount | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return null;
  }
}

/** Asks the kernel by trying: modes, access lists and mount options all count. */
export async function canEnter(folder: string, account: ServerAccount): Promise<boolean> {
  if (account.uid === undefined) return true;
  return run('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/', env: PROGRAM_ENVIRONMENT }).then(
    () => true,
    () => false,
  );
}
