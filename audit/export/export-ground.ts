/**
 * What an export stands on: a checkpoint, and for a stream the proof of where it ends. Prefers the newest checkpoint with heads
 * that this hub's quorum has cosigned; without one the newest with heads, which then says that it is not cosigned.
 */
import type { Pool } from 'pg';
import type { StreamName } from '../../schema/vocabulary';
import { parsePolicy } from '../log/policy';
import { judgeCheckpoint } from '../log/policy-check';
import { proveHeads, type ArrangeHeads, type ProvenHeads } from '../reader/prove-heads';
import { withCosignatures } from '../witness/cosignatures.repository';
import { checkpointAt, latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';

/** The tree that the export stands on, and where the streams end in it. */
export interface Ground {
  /** With its cosignatures. */
  readonly checkpoint: SignedCheckpoint;
  readonly heads: ProvenHeads | null;
  /** Whether the hub's quorum cosigned it; null when the hub has no witnesses. */
  readonly isCosigned: boolean | null;
}

/** A whole log stands on the latest checkpoint; a stream on one that ends in a heads entry, if there is any. `policy`: see hubPolicy. */
export async function findGround(pool: Pool, policy: Buffer | null, stream: StreamName | null): Promise<Ground> {
  const isContent = quorumOf(policy);
  const heads = stream === null ? null : await proveHeads(pool, [stream], isContent === null ? undefined : cosignedFirst(isContent));
  const chosen = heads === null ? await latestCheckpoint(pool) : await checkpointAt(pool, heads.index + 1);
  if (chosen === null) throw new Error('The ledger has no checkpoint yet.');
  const [checkpoint = chosen] = await withCosignatures(pool, [chosen]);
  return { checkpoint, heads, isCosigned: isContent?.(checkpoint.note) ?? null };
}

type Quorum = (note: string) => boolean;

function quorumOf(policy: Buffer | null): Quorum | null {
  if (policy === null) return null;
  const parsed = parsePolicy(policy);
  return (note) => judgeCheckpoint(note, parsed).verdict.state === 'proven';
}

/** The newest one comes last even where others are cosigned: the pages of older heads may be gone. */
function cosignedFirst(isContent: Quorum): ArrangeHeads {
  return async (database, heads) => {
    const checkpoints: SignedCheckpoint[] = [];
    for (const { index } of heads) checkpoints.push(...[await checkpointAt(database, index + 1)].filter((one) => one !== null));
    const noted = await withCosignatures(database, checkpoints);
    const cosigned = new Set(noted.filter(({ note }) => isContent(note)).map(({ size }) => size));
    const preferred = heads.filter(({ index }) => cosigned.has(index + 1));
    return [...preferred, ...heads.slice(0, 1).filter((newest) => !preferred.includes(newest))];
  };
}
