/**
 * What an export stands on: a checkpoint, and for a stream the proof of where it ends. Prefers the newest checkpoint that this hub's
 * quorum has cosigned, of a stream the newest such one with heads; without one the newest there is, and says that it is not cosigned.
 */
import type { Pool } from 'pg';
import type { StreamName } from '../../schema/vocabulary';
import { parsePolicy, type Policy } from '../log/policy';
import { judgeCheckpoint } from '../log/policy-check';
import { proveHeads, type ArrangeHeads, type ProvenHeads } from '../reader/prove-heads';
import { cosignedByAll, withCosignatures } from '../witness/cosignatures.repository';
import { checkpointAt, latestCheckpoint, type SignedCheckpoint } from '../writer/checkpointer';

/** The tree that the export stands on, and where the streams end in it. */
export interface Ground {
  /** With its cosignatures. */
  readonly checkpoint: SignedCheckpoint;
  readonly heads: ProvenHeads | null;
  /** Whether the hub's quorum cosigned it; null when the hub has no witnesses. */
  readonly isCosigned: boolean | null;
  /** How many entries were under a checkpoint already, but not under this one. */
  readonly newerEntries: number;
}

/** A whole log stands on any checkpoint; a stream on one that ends in a heads entry, if there is any. `policy`: see hubPolicy. */
export async function findGround(pool: Pool, policy: Buffer | null, stream: StreamName | null): Promise<Ground> {
  const asked = policy === null ? null : parsePolicy(policy);
  const isContent: Quorum | null = asked === null ? null : (note) => judgeCheckpoint(note, asked).verdict.state === 'proven';
  const heads = stream === null ? null : await proveHeads(pool, [stream], isContent === null ? undefined : cosignedFirst(isContent));
  const latest = await latestCheckpoint(pool);
  if (latest === null) throw new Error('The ledger has no checkpoint yet.');
  const preferred = stream === null && asked !== null && isContent !== null ? await newestCosigned(pool, asked, isContent) : null;
  const chosen = preferred ?? (heads === null ? latest : ((await checkpointAt(pool, heads.index + 1)) ?? latest));
  const [checkpoint = chosen] = await withCosignatures(pool, [chosen]);
  return { checkpoint, heads, isCosigned: isContent?.(checkpoint.note) ?? null, newerEntries: latest.size - checkpoint.size };
}

type Quorum = (note: string) => boolean;

/** The database counts lines; whether they hold under the policy, and under the log's present key, is asked of each note. */
async function newestCosigned(pool: Pool, { witnesses }: Policy, isContent: Quorum): Promise<SignedCheckpoint | null> {
  for (const checkpoint of await cosignedByAll(pool, witnesses.map(({ vkey }) => vkey))) {
    const [noted = checkpoint] = await withCosignatures(pool, [checkpoint]);
    if (isContent(noted.note)) return checkpoint;
  }
  return null;
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
