/** A log of hashes that grows and forks as a test wants, with its checkpoints and consistency proofs. Signs whatever it is asked to. */
import { createHash } from 'node:crypto';
import { formatAddCheckpoint } from '../../../audit/log/add-checkpoint';
import { signCheckpoint } from '../../../audit/log/checkpoint';
import { createSigningKey, openSigningKey } from '../../../audit/log/note-key';
import { proveConsistency, type NodeReader } from '../../../audit/log/proof';
import { CompactRange } from '../../../audit/log/tree';

export interface GrowingLog {
  readonly origin: string;
  readonly vkey: string;
  checkpoint(size: number): Promise<string>;
  proof(from: number, to: number): Promise<Buffer[]>;
  /** The body of a request that takes a witness from one size to another. */
  request(from: number, to: number): Promise<string>;
}

/** Of two logs with the same key, the leaves from `forkAt` on differ. */
export function growingLog(size: number, { origin = 'log.test/one', seed = 1, forkAt = Infinity, branch = 'a' } = {}): GrowingLog {
  const key = createSigningKey(origin, Buffer.alloc(32, seed));
  const signer = openSigningKey(key.secret);
  const range = CompactRange.empty();
  const roots = [range.root()];
  const nodes = new Map<string, Buffer>();
  for (let index = 0; index < size; index += 1) {
    const leaf = createHash('sha256').update(`${index >= forkAt ? branch : ''}${index}`).digest();
    range.append(leaf, ({ level, index: at }, hash) => nodes.set(`${level}/${at}`, hash));
    roots.push(range.root());
  }
  const read: NodeReader = async (wanted) => wanted.map(({ level, index }) => nodes.get(`${level}/${index}`) as Buffer);
  const checkpoint = async (at: number): Promise<string> => signCheckpoint({ origin, size: at, root: roots[at] as Buffer }, signer);
  const proof = async (from: number, to: number): Promise<Buffer[]> => (from === 0 ? [] : proveConsistency(from, to, read));
  const request = async (from: number, to: number): Promise<string> => formatAddCheckpoint({ oldSize: from, consistency: await proof(from, to), checkpoint: await checkpoint(to) });
  return { origin, vkey: key.vkey, checkpoint, proof, request };
}
