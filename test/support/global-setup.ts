/** One PostgreSQL for the whole test run, in a temporary home, without fsync; its address reaches the test files by the environment. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../kernel/config';
import { startDatabaseServer } from '../../kernel/database/server';
import { rememberRun } from './test-run';

/** $1: jest's process id, $2: the home. A killed run (Ctrl-C twice, a time limit) never reaches its teardown. */
const CLEAN_UP_AFTER_A_KILLED_RUN = `
  while kill -0 "$1" 2>/dev/null; do sleep 1; done
  [ -f "$2/pg/postmaster.pid" ] && kill -INT "$(head -n 1 "$2/pg/postmaster.pid")" && sleep 2
  rm -rf "$2"`;

export default async function startTestServer(): Promise<void> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-test-'));
  spawn('/bin/sh', ['-c', CLEAN_UP_AFTER_A_KILLED_RUN, 'clean-up', String(process.pid), home], { detached: true, stdio: 'ignore' }).unref();
  const config = loadConfig({ CESSION_HOME: home, CESSION_MASTER_KEY: randomBytes(32).toString('base64') });
  const server = await startDatabaseServer(config, 'none');
  rememberRun({ home, masterKey: server.config.masterKey.reveal().toString('base64'), adminUrl: server.adminUrl.reveal() }, async () => {
    await server.stop();
    await fs.rm(home, { recursive: true, force: true });
  });
}
