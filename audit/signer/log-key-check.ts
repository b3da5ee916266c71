/**
 * Whether this hub may sign this log: with the key that the log's own entries put in force, and not before a change of it is
 * complete. A log signed by another key would verify for nobody who trusts it.
 */
import type { Pool } from 'pg';
import { StartError } from '../../kernel/start-error';
import type { LogKeys } from '../log/log-keys';
import { latestCheckpoint } from '../writer/checkpointer';
import type { LedgerSigner } from './ledger-signer';
import { readLogKeys } from './signing-keys.repository';

/** The keys this log has had. Throws StartError when this signer's is not the one in force. */
export async function openLogKeys(pool: Pool, signer: LedgerSigner): Promise<LogKeys> {
  const keys = await readLogKeys(pool);
  if (keys === null) throw new StartError('There is no ledger in this database.', 'Create one with `cession init`; a hub never begins a log by starting.');
  const { vkey, after } = keys.current;
  if (vkey !== signer.vkey && keys.includes(signer.vkey)) {
    throw new StartError(`The key of this ledger was changed by entry ${after}, and an earlier one is configured.`, 'Set CESSION_LEDGER_KEY (or CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY) to the new key; if `cession ledger rotate-key` was interrupted, run it again.');
  }
  if (vkey !== signer.vkey) {
    throw new StartError('The ledger in this database names another origin or signing key than those configured.', 'Set CESSION_LEDGER_KEY and CESSION_LEDGER_ORIGIN to those the ledger was created with.');
  }
  if (after >= 0 && ((await latestCheckpoint(pool))?.size ?? 0) <= after) {
    throw new StartError(`The change of key by entry ${after} is not complete: no checkpoint covers it.`, 'Run `cession ledger rotate-key` again as before, with the old key configured: both keys have to sign it.');
  }
  return keys;
}
