/**
 * The beginning of a log: entry 0, which names the origin and the key that signs its checkpoints. Happens once, by an
 * explicit act. Refuses where a log is: a second beginning would be a fork.
 */
import type { Pool, PoolClient } from 'pg';
import { isUniqueViolation } from '../../kernel/database/postgres-errors';
import type { Submission } from '../../kernel/ledger';
import { StartError } from '../../kernel/start-error';
import { newId } from '../../schema/ids';
import { sealEvent } from '../log/event';
import { planBatch } from './batch';
import { appendStatement } from './batch-statement';
import { GrowingTree } from './growing-tree';
import { checkSubmission } from './intake';
import type { LedgerState } from './ledger-state';
import { StreamHeads } from './stream-heads';

export interface Genesis {
  readonly origin: string;
  /** C2SP verifier key of the log's signer; its name is the origin. */
  readonly vkey: string;
  readonly now: Date;
}

const FIRST_HEAD = `insert into head (epoch, holder, size, leaf_hash, recorded_at_ms, frontier) values (0, 'nobody', 0, decode(repeat('00', 32), 'hex'), 0, '')`;

function ledgerCreated({ origin, vkey, now }: Genesis): Submission {
  const id = newId('event');
  const { bytes } = sealEvent({
    type: 'audit.LedgerCreated',
    typeVersion: 1,
    id,
    occurredAt: now.toISOString(),
    actor: { audience: 'SYSTEM', method: 'worker' },
    facts: { origin, vkey },
    retention: 'STANDING',
  });
  return { idempotencyKey: id, event: bytes, streams: [], disclosures: [] };
}

/** Throws StartError when this database holds a ledger already. */
export async function createLedger(pool: Pool, genesis: Genesis): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await begin(client, genesis);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    if (!isUniqueViolation(error)) throw error;
    throw new StartError('This database already holds a ledger.', 'Start the hub on it, or create the new ledger in another database.', error);
  } finally {
    client.release();
  }
}

/** The direct channel: the audit room's relay numbers its outbox from 1 like every other. */
async function begin(client: PoolClient, genesis: Genesis): Promise<void> {
  await client.query(FIRST_HEAD);
  const intake = checkSubmission('audit', 'direct', ledgerCreated(genesis));
  if ('ok' in intake) throw new Error(`the first event is not acceptable: ${intake.message}`);
  const state: LedgerState = {
    size: 0,
    leafHash: Buffer.alloc(32),
    recordedAtMs: 0,
    tree: GrowingTree.empty(),
    nextSeq: new Map(),
    streams: new StreamHeads(),
  };
  await state.streams.load(client, intake.streams);
  await client.query(appendStatement(0, planBatch(state, [intake], genesis.now.getTime())));
}
