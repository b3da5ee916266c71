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
import { HeadsPageWrong, loadPages, signedHeads, type CommittedHeads, type HeadsSource, type SignedHeads } from './stored-heads';
import type { HashSource } from './tree-reader';

export interface ProvenHeads {
  /** Index of the heads entry, the last one of the checkpoint's tree. */
  readonly index: number;
  /** In the order of the streams asked for. */
  readonly proofs: readonly HeadProof[];
}

/** Pages two heads entries old are gone; a checkpoint that failed to be signed is made up for within seconds. */
const TRIES = 5;
const RETRY_MS = 500;
const HEAD = 'select leaf_hash, link from stream_head($1, $2)';

/** Which of the heads that can be proven, newest first, are tried, and in which order; at least one of them. */
export type ArrangeHeads = (database: HashSource, heads: readonly SignedHeads[]) => Promise<readonly SignedHeads[]>;

const newestOnly: ArrangeHeads = async (_database, heads) => heads.slice(0, 1);

/** Null when no heads entry stands under a checkpoint yet. */
export async function proveHeads(pool: Pool, streams: readonly StreamName[], arrange: ArrangeHeads = newestOnly): Promise<ProvenHeads | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inSnapshot(pool, async (client) => proveOneOf(client, await arrange(client, await signedHeads(client)), streams));
    } catch (error) {
      if (!(error instanceof HeadsPageWrong) || tries === TRIES) throw error;
      await pause(RETRY_MS);
    }
  }
}

async function proveOneOf(database: HeadsSource, [heads, ...others]: readonly SignedHeads[], streams: readonly StreamName[]): Promise<ProvenHeads | null> {
  if (heads === undefined) return null;
  try {
    return { index: heads.index, proofs: await proveHeadsAt(database, heads, streams) };
  } catch (error) {
    if (!(error instanceof HeadsPageWrong) || others.length === 0) throw error;
    return proveOneOf(database, others, streams);
  }
}

/** The proofs under one heads entry, from one snapshot; throws HeadsPageWrong when its pages are not there any more. */
export async function proveHeadsAt(database: HeadsSource, heads: CommittedHeads, streams: readonly StreamName[]): Promise<HeadProof[]> {
  const tree = new HeadsTree();
  await loadPages(database, tree, heads, streams.map(streamKey));
  const proofs: HeadProof[] = [];
  for (const stream of streams) {
    const proof = proveHead(tree, stream, await headOf(database, stream, heads.index));
    if (openHeadProof(heads.root, proof) === null) throw new HeadsPageWrong('');
    proofs.push(proof);
  }
  return proofs;
}

async function headOf(database: HeadsSource, stream: StreamName, size: number): Promise<StreamHead | null> {
  const { rows } = await database.query<{ leaf_hash: Buffer; link: string | null }>({ name: 'stream_head', text: HEAD, values: [stream, size] });
  const [last] = rows;
  if (last === undefined) return null;
  if (last.link === null) throw new Error('the last entry of a stream has no link into it');
  return { link: Buffer.from(last.link, 'utf8').toString('base64url'), leaf: last.leaf_hash.toString('base64url') };
}
