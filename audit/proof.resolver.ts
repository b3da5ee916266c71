/**
 * Checkpoints and proofs on request: that an entry is in the ledger, and where a stream ends. A head is proven only to who may
 * see every entry of the stream: its number tells how many there are.
 */
import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { RoomContext } from '../kernel/context';
import { HubError } from '../kernel/errors';
import type { Transaction } from '../kernel/transaction';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import type { StreamName } from '../schema/vocabulary';
import { loadCheckpoint } from './checkpoint.repository';
import { Checkpoint } from './checkpoint.type';
import { hasVisibleEntry, uncoveredEntries } from './export/export.repository';
import { mandatedCreditors, ownStreams } from './ledger-entry.repository';
import { formatHeadProof, openHeadProof } from './log/head-proof';
import { formatTlogProof } from './log/tlog-proof';
import { EntryVerification, StreamHead } from './proof.type';
import { proveHeadsAt } from './reader/prove-heads';
import { HeadsPageWrong, signedHeads, type HeadsSource } from './reader/stored-heads';
import { proveInclusions, requestStatements } from './reader/tree-reader';
import { streamOf } from './stream-of';

/** Pages are replaced with each heads entry; a moment later the next checkpoint stands on those that are there. */
const RETRY_AFTER_MS = 500;

/** Null when there is no such checkpoint, or the entry came after it. `size` null: the latest. */
export async function proveEntry(context: RoomContext, index: number, size: number | null): Promise<EntryVerification | null> {
  const checkpoint = await loadCheckpoint(context, size);
  if (checkpoint === null || index >= checkpoint.size) return null;
  const proofs = context.loader(`ledger.proof ${checkpoint.size}`, (transaction, indexes: readonly number[]) => proveInclusions(requestStatements(transaction), indexes, checkpoint.size));
  const proof = await proofs.load(index);
  return { checkpoint, proof: proof.map((hash) => hash.toString('base64')), tlogProof: formatTlogProof({ index, proof, checkpoint: checkpoint.note, extra: null }) };
}

@Resolver()
export class ProofResolver {
  @Audience(...EVERY_AUDIENCE)
  @Query(() => Checkpoint, { nullable: true, description: 'A signed checkpoint of the ledger; null when there is none of the size, or none at all yet.' })
  checkpoint(@Arg('size', () => Int, { nullable: true, description: 'How many entries it covers; the latest without it.' }) size: number | undefined, @Ctx() context: RoomContext): Promise<Checkpoint | null> {
    return loadCheckpoint(context, size ?? null);
  }

  @Audience(...EVERY_AUDIENCE)
  @Query(() => StreamHead, { nullable: true, description: 'Where the stream of something ends; null when not all of it is in your scope, and until a checkpoint shows it.' })
  async streamHead(
    @Arg('subjectId', () => ID, { description: 'About what: the id of a creditor, an agency, an engagement, a debt, a borrower, or of a right.' }) subjectId: string,
    @Ctx() context: RoomContext,
  ): Promise<StreamHead | null> {
    const stream = streamOf(subjectId, 'subjectId');
    const transaction = await context.read();
    return (await seesAllOf(context, transaction, stream)) ? proveStreamHead(context, transaction, stream) : null;
  }
}

async function seesAllOf(context: RoomContext, transaction: Transaction, stream: StreamName): Promise<boolean> {
  const { audience, org } = context.actor;
  // One out of scope and one without entries are the same.
  if (!(await hasVisibleEntry(transaction, stream))) return false;
  if ((await ownStreams(transaction, context)).includes(stream)) return true;
  if (audience !== 'INTERNAL' && audience !== 'REGULATOR') return false;
  const creditors = audience === 'INTERNAL' ? [org] : await mandatedCreditors(transaction, org);
  return (await uncoveredEntries(transaction, stream, creditors)) === 0;
}

async function proveStreamHead(context: RoomContext, transaction: Transaction, stream: StreamName): Promise<StreamHead | null> {
  const source = headsOf(transaction);
  const [heads] = await signedHeads(source);
  const verification = heads === undefined ? null : await proveEntry(context, heads.index, heads.index + 1);
  if (heads === undefined || verification === null) return null;
  try {
    const [proof] = await proveHeadsAt(source, heads, [stream]);
    const head = proof === undefined ? null : openHeadProof(heads.root, proof);
    if (proof === undefined || head === null || head.leaf === null) return null;
    const leafHash = Buffer.from(head.leaf, 'base64url').toString('base64');
    return { stream, n: head.n, leafHash, proof: formatHeadProof(proof), headsEntry: heads.bytes.toString('base64'), verification };
  } catch (error) {
    if (!(error instanceof HeadsPageWrong)) throw error;
    throw new HubError('UNAVAILABLE', 'The heads of the streams have just moved on.', { retryAfterMs: RETRY_AFTER_MS, cause: error });
  }
}

function headsOf(transaction: Transaction): HeadsSource {
  return {
    query: async <R>({ name, text, values }: { readonly name?: string; readonly text: string; readonly values: unknown[] }) => ({
      rows: name === undefined ? await transaction.query<R>(text, values) : await transaction.prepared<R>(name, text, values),
    }),
  };
}
