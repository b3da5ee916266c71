/** A created and open ledger on a test database, for tests that open no whole rooms. */
import { generateKeyPairSync } from 'node:crypto';
import { AUDIT_DATABASE } from '../../audit/definition';
import { openLedger, type OpenedLedger } from '../../audit/ledger-port';
import { openPemSigner } from '../../audit/signer/pem-signer';
import { createLedger } from '../../audit/writer/create-ledger';
import { openDiagnostics } from '../../kernel/diagnostics';
import { Secret } from '../../kernel/secret';
import type { TestDatabase } from './test-database';
import { TEST_LOG_LEVEL } from './test-run';

/** The test's log level; `TEST_LOG=error npx jest …` shows what a room would write to its operator. */
export const testDiagnostics = () => openDiagnostics(TEST_LOG_LEVEL);

/** Longer than any test: between checkpoints the ledger says nothing of its own, so a test reads what the rooms said. */
const QUIET_MS = 600_000;

/** The test database MUST have been made with AUDIT_DATABASE. Stopped before the databases close. */
export async function openTestLedger(database: TestDatabase): Promise<OpenedLedger> {
  const audit = await database.open(AUDIT_DATABASE);
  const { origin } = database.config.ledger;
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = openPemSigner(origin, new Secret(pem));
  await createLedger(audit.worker, { origin, vkey: signer.vkey, now: new Date() });
  const ledger = await openLedger({ pool: audit.worker, signer, checkpointIntervalMs: QUIET_MS, diagnostics: testDiagnostics() });
  database.beforeClose(() => ledger.stop());
  return ledger;
}
