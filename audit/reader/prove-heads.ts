/**
 * Where streams end, provable: for each stream the proof under the root of the last heads entry that a checkpoint covers. Made
 * in one snapshot, because a ledger at work replaces the pages; refuses to hand out a proof that would not hold.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { StreamName } from '../../schema/vocabulary';
import { openHeadProof, proveHead, type HeadProof, type StreamHead } from '../log/head-proof';
import { HeadsTree, streamKey } from '../log/heads-tree';
import { inSnapshot } from './snapshot';
import { readStream, streamLengthAt, type Statements } from './stored-entries';
import { HeadsPageWrong, lastSignedHeads, loadPages, NO_COMMITTED_HEADS } from './stored-heads';

export interface ProvenHeads {
  /** Index of the heads entry, the last one of the checkpoint's tree. */
  readonly index: number;
  /** In the order of the streams asked for. */
  readonly proofs: readonly HeadProof[];
}

/** Pages two heads entries old are gone; a checkpoint that failed to be signed is made up for within seconds. */
const TRIES = 5;
const RETRY_MS = 500;

/** Null when no heads entry stands under a checkpoint yet. */
export async function proveHeads(pool: Pool, streams: readonly StreamName[]): Promise<ProvenHeads | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await proveOnce(pool, streams);
    } catch (error) {
      if (!(error instanceof HeadsPageWrong) || tries === TRIES) throw error;
      await pause(RETRY_MS);
    }
  }
}

async function proveOnce(pool: Pool, streams: readonly StreamName[]): Promise<ProvenHeads | null> {
  return inSnapshot(pool, async (client) => {
    const heads = await lastSignedHeads(client);
    const tree = new HeadsTree();
    await loadPages(client, tree, heads, streams.map(streamKey));
    const proofs: HeadProof[] = [];
    for (const stream of streams) {
      const proof = proveHead(tree, stream, await headOf(client, stream, heads.index));
      if (heads !== NO_COMMITTED_HEADS && openHeadProof(heads.root, proof) === null) throw new HeadsPageWrong('');
      proofs.push(proof);
    }
    return heads === NO_COMMITTED_HEADS ? null : { index: heads.index, proofs };
  });
}

async function headOf(database: Statements, stream: StreamName, size: number): Promise<StreamHead | null> {
  const n = await streamLengthAt(database, stream, size);
  if (n === 0) return null;
  const [entry] = await readStream(database, stream, { first: n, last: n, limit: 1 });
  const link = entry?.disclosures.find(({ kind, reveal }) => kind === 'link' && reveal?.[0] === stream)?.text;
  if (entry === undefined || link == null) throw new Error(`entry ${n} of a stream has no link into it`);
  return { link, leaf: entry.leafHash.toString('base64url') };
}
