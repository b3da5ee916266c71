/** One PostgreSQL for the whole test run, in a temporary home, without fsync; its address reaches the test files by the environment. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../kernel/config';
import { startDatabaseServer } from '../../kernel/database/server';
import { rememberRun } from './test-run';

export default async function startTestServer(): Promise<void> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-test-'));
  const config = loadConfig({ CESSION_HOME: home, CESSION_MASTER_KEY: randomBytes(32).toString('base64') });
  const server = await startDatabaseServer(config, 'none');
  rememberRun({ home, masterKey: server.config.masterKey.reveal().toString('base64'), adminUrl: server.adminUrl.reveal() }, async () => {
    await server.stop();
    await fs.rm(home, { recursive: true, force: true });
  });
}
