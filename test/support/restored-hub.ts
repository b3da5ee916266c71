/** A hub under test whose parts are replaced by older copies, and what its operator is told: `cession doctor` and `/readyz`. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Finding } from '../../cli/doctor/finding';
import type { Client } from 'pg';
import { CSV, MAPPING } from '../cli/import/scene';
import { runCli } from '../cli/run-cli';
import { SchemaCopy } from './database-copy';
import type { TestHub } from './test-hub';

const PATIENCE_MS = 20_000;

export class RestoredHub {
  private copies = 0;
  private admin: Promise<Client> | null = null;

  constructor(private readonly hub: TestHub) {}

  async copyOf(dbSchema: string, tables?: readonly string[]): Promise<SchemaCopy> {
    return SchemaCopy.take(await (this.admin ??= this.hub.database.admin()), { dbSchema, name: `${dbSchema}_copy_${(this.copies += 1)}`, ...(tables !== undefined && { tables }) });
  }

  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { home, masterKey, database } = this.hub.config;
    return { CESSION_HOME: home, CESSION_MASTER_KEY: masterKey.reveal().toString('base64'), DATABASE_URL: database.url.reveal(), LOG_LEVEL: 'silent', ...more };
  }

  async doctor(more: Readonly<Record<string, string>> = {}): Promise<{ exitCode: number; findings: Finding[] }> {
    const { exitCode, out, err } = await runCli(['doctor', '--json'], { env: this.environment(more) });
    expect(err).toBe('');
    return { exitCode, findings: (JSON.parse(out) as { findings: Finding[] }).findings };
  }

  async alarms(): Promise<readonly string[]> {
    return ((await (await fetch(`${this.hub.url}/readyz`)).json()) as { alarms: string[] }).alarms;
  }

  /** Every room has caught up with the ledger. */
  async ready(): Promise<void> {
    await this.until(async () => (await fetch(`${this.hub.url}/readyz`)).ok);
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50))) {
      if (Date.now() > deadline) throw new Error('it did not come true');
    }
  }

  /** A small portfolio to import, in a folder of the system's; each call makes another file. */
  async portfolio(): Promise<{ csv: string; mapping: string }> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-restore-'));
    const [csv, mapping] = [path.join(folder, 'portfolio.csv'), path.join(folder, 'mapping.json')];
    await fs.writeFile(csv, `${CSV}${path.basename(folder)},1,7.00,30\n`);
    await fs.writeFile(mapping, MAPPING);
    return { csv, mapping };
  }
}
