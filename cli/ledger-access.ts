/** The audit room's database for commands that read the ledger: its worker pool, the signer, and the key it signs with. */
import { createRequire } from 'node:module';
import type { Pool } from 'pg';
import type { LedgerSigner } from '../audit/subgraph';
import type { PreparedConfig } from '../kernel/config';
import type { CommandLine } from './command-line';
import { withPreparedHub } from './prepared-hub';

const load = createRequire(__filename);

export interface LedgerAccess {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  /** By whom the hub has its checkpoints cosigned; null without witnesses. */
  readonly policy: Buffer | null;
  /** Where this hub keeps its files. */
  readonly home: string;
  readonly config: PreparedConfig;
}

export async function withLedger<T>(line: CommandLine, work: (ledger: LedgerAccess) => Promise<T>): Promise<T> {
  return withPreparedHub(line, async ({ config, signer }) => {
    const { AUDIT_DATABASE, auditPoolConfig, hubPolicy } = load('../audit/subgraph') as typeof import('../audit/subgraph');
    const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
    const database = await openRoomDatabase({ ...config, database: auditPoolConfig(config.database) }, AUDIT_DATABASE);
    try {
      return await work({ pool: database.worker, signer, policy: hubPolicy(signer.vkey, config.ledger.witnesses), home: config.home, config });
    } finally {
      await database.close();
    }
  });
}
