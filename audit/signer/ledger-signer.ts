/**
 * Who signs checkpoints, manifests and seals of this ledger: a key in a file or in the environment, or an external command in
 * front of a key-management service. Nobody but the signer sees the key. Which of them it is follows from the settings alone.
 */
import type { Config } from '../../kernel/config';
import { openLedgerKey } from '../../kernel/keys';
import type { NoteSigner } from '../log/note-key';
import { openCommandSigner } from './command-signer';
import { openPemSigner } from './pem-signer';

export interface LedgerSigner extends NoteSigner {
  /** What a verifier needs: `name+keyid+base64`. */
  readonly vkey: string;
}

/** `mayCreate`: of a ledger that does not exist yet, whose key in the home folder may be made now. */
export async function openLedgerSigner(config: Config, mayCreate: boolean): Promise<LedgerSigner> {
  const { origin, signCommand } = config.ledger;
  return signCommand === null ? openPemSigner(origin, await openLedgerKey(config, mayCreate)) : openCommandSigner(origin, signCommand);
}
