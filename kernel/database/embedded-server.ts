/**
 * The PostgreSQL that comes with the hub: made on first start, adopted when a crash left it running, stopped when its last
 * user leaves. Every step first proves that the server at hand is the one of this home; any other is left alone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isAlive, pidNamespace } from '../process-identity';
import { Secret } from '../secret';
import { StartError } from '../start-error';
import { findBinaries, type Binaries } from './binaries';
import { makeCluster } from './cluster';
import { freePort } from './free-port';
import { rememberPlace, type Place } from './place';
import { PROGRAM_ENVIRONMENT } from './server-account';

/** `full`: a commit is on disk before it is acknowledged. `none`: test runs only, survives a kill but no power cut. */
export type Durability = 'full' | 'none';

/** Milliseconds for a start: recovery after a crash under load was measured below 2 s, a slow disk takes longer. */
const START_WAIT_MS = 60_000;
/** Milliseconds in which the process id of a killed server may still be seen: 0.5 s measured. */
const STALE_WAIT_MS = 5_000;
const STOP_WAIT_MS = 30_000;
const POLL_MS = 15;
/** Another program may take a remembered port while the hub is down. */
const PORT_ATTEMPTS = 3;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its folder is often missing or not ours, and its path has a length limit.
  unix_socket_directories: '',
  // Five rooms with 10 + 4 connections, leases and a second set of processes during a restart.
  max_connections: '300',
  // Of PostgreSQL's defaults (128 MB, 1 GB) an import of 100,000 debts overflows both: 5 % faster with these.
  shared_buffers: `${sharedMegabytes()}MB`,
  max_wal_size: '4GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Detail lines and statements quote values of rows: personal data must not reach the log file.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};
const DURABILITY: Record<Durability, Record<string, string>> = {
  full: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
  none: { fsync: 'off', synchronous_commit: 'on', full_page_writes: 'off' },
};

/** A sixteenth of what this process may use, within bounds: the server takes only what it touches. */
function sharedMegabytes(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  return Math.min(512, Math.max(128, Math.floor(bytes / 16 / 2 ** 20)));
}

export function adminUrl(place: Place): Secret {
  return new Secret(`postgres://postgres:${place.password}@127.0.0.1:${place.port}/postgres`);
}

/** Makes sure that the server of this place runs; MUST run under the home lock. */
export async function startOrAdopt(home: string, place: Place, durability: Durability): Promise<{ place: Place; adopted: boolean }> {
  if (await adopt(place)) return { place, adopted: true };
  const major = await fs.readFile(path.join(place.dataDirectory, 'PG_VERSION'), 'utf8').then(Number, () => null);
  const binaries = await findBinaries({ account: place.account, copyFolder: place.parent, major });
  if (major === null) await makeCluster(place, binaries, durability);
  const started = await launchOnFreePort(home, place, binaries, durability);
  return { place: await rememberPlace(home, started, { startedIn: await pidNamespace() }), adopted: false };
}

/** SIGINT is PostgreSQL's fast shutdown: open transactions end, everything committed is on disk. */
export async function stopServer(place: Place): Promise<void> {
  const lock = await readLock(place);
  if (!lock || !(await isOurServer(place, lock.pid))) return;
  process.kill(lock.pid, 'SIGINT');
  const until = Date.now() + STOP_WAIT_MS;
  while (isAlive(lock.pid) && (await readLock(place)) !== null) {
    if (Date.now() > until) throw new StartError('The database does not stop.', `Read ${place.logFile}; its process id is ${lock.pid}.`);
    await sleep(POLL_MS);
  }
}

/** A server that a crashed or a still running hub left: true once it answers, false when there is none to adopt. */
async function adopt(place: Place): Promise<boolean> {
  const until = Date.now() + START_WAIT_MS;
  for (;;) {
    const lock = await readLock(place);
    if (!lock) return false;
    if (!(await isOurServer(place, lock.pid))) {
      await removeStaleLock(place, lock.pid);
      return false;
    }
    // Starting up, recovering or shutting down: look again until it answers or is gone.
    if (await answers(place)) return true;
    if (Date.now() > until) {
      throw new StartError(`A database server runs on ${place.dataDirectory} but does not answer.`, `Read ${place.logFile}; its process id is ${lock.pid}.`);
    }
    await sleep(POLL_MS);
  }
}

interface LockFile {
  readonly pid: number;
  /** It listens and takes connections. */
  readonly isReady: boolean;
}

/** postmaster.pid, by line: 1 process id, 4 port, 8 state (PostgreSQL: src/include/utils/pidfile.h). */
async function readLock(place: Place): Promise<LockFile | null> {
  const text = await fs.readFile(path.join(place.dataDirectory, 'postmaster.pid'), 'utf8').catch(() => null);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[3] === String(place.port) && lines[7]?.trim() === 'ready' } : null;
}

/** A process id alone proves nothing: it may belong to any program by now. Its command line names our data directory. */
async function isOurServer(place: Place, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return answers(place);
  const commandLine = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(place.dataDirectory);
}

/**
 * PostgreSQL refuses to start while the process id in its lock file is taken, even by a stranger who got the number after a
 * reboot. The file may be removed only if that server can be proven dead: same machine, same process namespace.
 */
async function removeStaleLock(place: Place, pid: number): Promise<void> {
  if (process.platform !== 'linux' || !isAlive(pid) || place.startedIn !== (await pidNamespace())) return;
  await fs.rm(path.join(place.dataDirectory, 'postmaster.pid'), { force: true });
}

/**
 * True when our server answers. Connects only when a living server says in our data directory that it listens on this port:
 * a stranger on the port could ask for the password in clear, and node-postgres would tell.
 */
export async function answers(place: Place): Promise<boolean> {
  const lock = await readLock(place);
  if (!lock?.isReady || !isAlive(lock.pid)) return false;
  const client = new Client({ connectionString: adminUrl(place).reveal(), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === place.dataDirectory;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function launchOnFreePort(home: string, place: Place, binaries: Binaries, durability: Durability): Promise<Place> {
  let current = place;
  for (let attempt = 1; ; attempt++) {
    const failure = await launch(current, binaries, durability);
    if (failure === null) return current;
    if (attempt >= PORT_ATTEMPTS || !/could not bind|address already in use/i.test(failure)) {
      const remedy = failure.includes('lock file')
        ? `If no other container or machine uses this home, delete ${path.join(place.dataDirectory, 'postmaster.pid')}.`
        : `Read ${place.logFile}.`;
      throw new StartError(`The database did not start: ${lastLine(failure)}`, remedy);
    }
    current = await rememberPlace(home, current, { port: await freePort() });
  }
}

/** Null once the server answers, else what it wrote before it ended. */
async function launch(place: Place, binaries: Binaries, durability: Durability): Promise<string | null> {
  const until = Date.now() + START_WAIT_MS;
  const staleUntil = Date.now() + STALE_WAIT_MS;
  for (;;) {
    const from = await fs.stat(place.logFile).then(({ size }) => size, () => 0);
    const server = await spawnServer(place, binaries, durability);
    while (server.exitCode === null && server.signalCode === null) {
      if (await answers(place)) return null;
      if (Date.now() > until) {
        server.kill('SIGINT');
        return 'it did not answer within a minute';
      }
      await sleep(POLL_MS);
    }
    const written = (await fs.readFile(place.logFile)).subarray(from).toString();
    if (!/lock file|pre-existing shared memory/.test(written) || Date.now() > staleUntil) return written;
    await sleep(10 * POLL_MS);
  }
}

/** In a session of its own: Ctrl-C reaches the hub, which stops the database last and in order. */
async function spawnServer(place: Place, binaries: Binaries, durability: Durability): Promise<ChildProcess> {
  const settings = Object.entries({ ...SETTINGS, ...DURABILITY[durability], port: String(place.port) });
  const log = await fs.open(place.logFile, 'a', 0o600);
  try {
    const server = spawn(binaries.postgres, ['-D', place.dataDirectory, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
      ...place.account,
      cwd: '/',
      detached: true,
      env: PROGRAM_ENVIRONMENT,
      stdio: ['ignore', log.fd, log.fd],
    });
    server.on('error', () => undefined);
    server.unref();
    return server;
  } finally {
    await log.close();
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').findLast((line) => /FATAL|ERROR|PANIC/.test(line))?.replace(/^.*?(FATAL|ERROR|PANIC): +/, '') ?? 'it gave no reason';
}
