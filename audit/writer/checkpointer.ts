/**
 * Signs what is durable: a checkpoint of the committed head whenever the log has grown. MUST NOT sign a tree that is smaller
 * than, or not an extension of, one signed before: two such signatures together are the proof that a log lied.
 */
import type { Pool } from 'pg';
import { signCheckpoint } from '../log/checkpoint';
import { proveConsistency } from '../log/proof';
import { CompactRange, verifyConsistency } from '../log/tree';
import { storedNodes } from '../reader/tree-reader';
import type { LedgerSigner } from '../signer';
import { readHead } from './head';
import { BrokenInvariant } from './ledger-state';

export interface SignedCheckpoint {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
}

interface CheckpointRow {
  readonly size: string | number;
  readonly root: Buffer;
  readonly note: string;
}

const LATEST = 'select size, root, note from checkpoint order by size desc limit 1';
/** Only the holder of the epoch publishes: a signature of a fenced writer stays unseen. */
const PUBLISH = `insert into checkpoint (size, note, root, signed_at_ms)
  select $1, $2, $3, $4 from head where epoch = $5 and size >= $1 on conflict (size) do nothing returning size`;

export async function latestCheckpoint(database: Pick<Pool, 'query'>): Promise<SignedCheckpoint | null> {
  const { rows } = await database.query<CheckpointRow>(LATEST);
  const [row] = rows;
  return row === undefined ? null : { size: Number(row.size), root: row.root, note: row.note };
}

export interface CheckpointerOptions {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  readonly epoch: () => number;
  readonly clock: () => Date;
}

/** Throws BrokenInvariant when `size` and `root` do not extend what was signed. */
async function assertExtends(pool: Pool, before: SignedCheckpoint, size: number, root: Buffer): Promise<void> {
  if (size < before.size) throw new BrokenInvariant(`the log has ${size} entries, but a checkpoint of ${before.size} was signed`);
  const proof = await proveConsistency(before.size, size, storedNodes(pool));
  if (!verifyConsistency(before.size, size, before.root, root, proof)) throw new BrokenInvariant(`the log of size ${size} does not extend the signed one of size ${before.size}`);
}

export class Checkpointer {
  /** The last one signed in this process, kept even if publishing it failed: the signature exists. */
  private signed: SignedCheckpoint | null = null;

  constructor(private readonly options: CheckpointerOptions) {}

  /** Signs and publishes the head if it grew; returns the latest checkpoint published. */
  async sign(): Promise<SignedCheckpoint | null> {
    const { pool, signer, clock } = this.options;
    const epoch = this.options.epoch();
    const published = await latestCheckpoint(pool);
    const before = newer(published, this.signed);
    const head = await readHead(pool);
    if (head === null || head.epoch !== epoch) return published;
    const root = CompactRange.restore(head.size, head.frontier).root();
    if (before !== null) await assertExtends(pool, before, head.size, root);
    if (published?.size === head.size) return published;
    const note = before?.size === head.size ? before.note : await signCheckpoint({ origin: signer.name, size: head.size, root }, signer);
    this.signed = { size: head.size, root, note };
    const { rowCount } = await pool.query(PUBLISH, [head.size, note, root, clock().getTime(), epoch]);
    return rowCount === 1 ? this.signed : published;
  }
}

function newer(a: SignedCheckpoint | null, b: SignedCheckpoint | null): SignedCheckpoint | null {
  if (a === null || b === null) return a ?? b;
  return a.size >= b.size ? a : b;
}
