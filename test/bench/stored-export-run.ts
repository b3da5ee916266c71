/** A process of its own for one measurement: writes the export of a whole stored ledger as `cession export` does, or verifies it. */
import { AUDIT_DATABASE, auditPoolConfig } from '../../audit/definition';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { writeExport } from '../../audit/export/write-export';
import { openSigningKey } from '../../audit/log/note-key';
import type { LedgerSigner } from '../../audit/signer/ledger-signer';
import { loadConfig } from '../../kernel/config';
import { openRoomDatabase } from '../../kernel/database/room-database';
import { startDatabaseServer } from '../../kernel/database/server';
import { measureOrder } from './measured-process';

export interface StoredExportOrder {
  readonly work: 'export' | 'verify';
  readonly file: string;
  /** Of the ledger's signing key: the bench made it. */
  readonly secret: string;
}

measureOrder<StoredExportOrder>(async ({ work, file, secret }) => {
  const signer = openSigningKey(secret);
  if (work === 'export') return () => writeStored(file, signer);
  return async () => {
    const { outcome } = await verifyBundle(file, { vkey: signer.vkey });
    if (outcome !== 'verified') throw new Error(`the export of the bench is ${outcome}`);
  };
});

/** The process is told by its environment where the ledger is, as every process of a hub. */
async function writeStored(file: string, signer: LedgerSigner): Promise<void> {
  const server = await startDatabaseServer(loadConfig());
  const database = await openRoomDatabase({ ...server.config, database: auditPoolConfig(server.config.database) }, AUDIT_DATABASE);
  try {
    const means = { pool: database.worker, signer, policy: null, clock: () => new Date() };
    await writeExport(means, { stream: null, from: null, until: null, mandate: null, requestedBy: null }, file);
  } finally {
    await database.close();
    await server.stop();
  }
}
