/**
 * Makes the data directory of the embedded server, once. A crash half-way leaves only a draft that the next start removes;
 * an existing directory is never written to.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error';
import type { Binaries } from './binaries';
import type { Durability } from './embedded-server';
import type { Place } from './place';
import { PROGRAM_ENVIRONMENT } from './server-account';

const run = promisify(execFile);

/** From here on PostgreSQL has a collation of its own that does not change with the operating system's libraries. */
const FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17;
/** `nobody` and its group on every Linux. */
const NOBODY = '65534';

export async function makeCluster(place: Place, binaries: Binaries, durability: Durability): Promise<void> {
  await removeDrafts(place);
  const draft = `${place.dataDirectory}.${randomBytes(6).toString('hex')}.draft`;
  const passwordFile = path.join(draft, 'password');
  const cluster = path.join(draft, 'pg');
  await fs.mkdir(draft, { mode: 0o700 });
  await fs.writeFile(passwordFile, `${place.password}\n`, { mode: 0o600 });
  if (place.account.uid !== undefined) {
    await fs.chown(draft, place.account.uid, place.account.gid);
    await fs.chown(passwordFile, place.account.uid, place.account.gid);
  }
  const locale = binaries.major >= FIRST_MAJOR_WITH_BUILTIN_LOCALE ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const sync = durability === 'none' ? ['--no-sync'] : [];
  await runInitdb(place, binaries.initdb, [
    `--pgdata=${cluster}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', ...locale, ...sync,
  ]);
  await fs.rename(cluster, place.dataDirectory);
  await fs.rm(draft, { recursive: true });
}

async function runInitdb(place: Place, initdb: string, args: string[]): Promise<void> {
  const options = { ...place.account, cwd: '/', env: PROGRAM_ENVIRONMENT };
  try {
    await run(initdb, args, options);
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr ?? '';
    if (!reason.includes('could not look up effective user ID')) {
      throw new StartError(`The database could not be made: ${reason.trim().split('\n').at(-1) ?? 'no reason given'}`, 'Check free space and rights of CESSION_HOME.', error);
    }
    await runInitdbWithoutName(initdb, args, options);
  }
}

/**
 * initdb refuses a user id without a name, as containers started with an arbitrary one have. In a user namespace it sees the
 * id of `nobody`; the files still belong to the real id. The server itself needs no name.
 */
async function runInitdbWithoutName(initdb: string, args: string[], options: object): Promise<void> {
  try {
    await run('unshare', ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, initdb, ...args], options);
  } catch (cause) {
    throw new StartError(
      `PostgreSQL's initdb needs a name for user id ${process.getuid?.() ?? 'unknown'}, and this machine has none for it.`,
      'Add the user to /etc/passwd, run as a user that has a name, or set DATABASE_URL.',
      cause,
    );
  }
}

async function removeDrafts(place: Place): Promise<void> {
  const prefix = `${path.basename(place.dataDirectory)}.`;
  for (const name of await fs.readdir(place.parent)) {
    if (name.startsWith(prefix) && name.endsWith('.draft')) await fs.rm(path.join(place.parent, name), { recursive: true });
  }
}
