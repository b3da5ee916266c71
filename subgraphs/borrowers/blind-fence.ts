/**
 * Keeps those who write or look up an index of identity numbers apart from a rotation of its key: each of them holds the generation it
 * works with until its transaction ends, a rotation waits for all of them and then refuses whoever still has the generation before.
 */
import type { Pool } from 'pg';
import { HubError } from '../../kernel/errors';
import { leaseKey } from '../../kernel/lease';
import type { Transaction } from '../../kernel/transaction';
import type { KeyStore } from '../../kernel/vault/key-store';
import { workerTransaction } from '../../kernel/worker-transaction';

/** Shared by those who use an index, alone by the beginning of a rotation. In the database that holds the indexes, so that no clock decides. */
export const BLIND_FENCE = leaseKey('blind index of borrowers');

const OUTDATED = 'The key by which borrowers are found is not the one this process opened: it has to be restarted, and if that does not help, `cession keys rotate-blind-index` run again.';

/** In the transaction that uses the index, before it does. */
export async function holdGeneration(transaction: Pick<Transaction, 'query'>, { generation }: Pick<KeyStore, 'generation'>): Promise<void> {
  const [row] = await transaction.query<{ held: boolean }>('select hold_blind_generation($1) as held', [generation]);
  if (row?.held !== true) throw new HubError('UNAVAILABLE', OUTDATED);
}

/** From its commit on the generation before is refused. False: an import is open, whose rows wait with indexes of that generation. */
export function fenceGeneration(worker: Pool, generation: number): Promise<boolean> {
  return workerTransaction(worker, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [BLIND_FENCE]);
    const { rows } = await client.query<{ open: boolean }>('select exists (select from import_batch where closed_at is null) as open');
    if (rows[0]!.open) return false;
    await client.query('insert into blind_rotation (generation) values ($1) on conflict do nothing', [generation]);
    return true;
  });
}
