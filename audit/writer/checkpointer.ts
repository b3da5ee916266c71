/**
 * Signs what is durable: a checkpoint of the committed head, or of a size below it, whenever the log has grown. MUST NOT sign a tree that is smaller
 * than, or not an extension of, one signed before: two such signatures together are the proof that a log lied.
 */
import type { Pool } from 'pg';
import { formatCheckpoint, signCheckpoint, type Checkpoint } from '../log/checkpoint';
import { signNote } from '../log/note';
import { proveConsistency, readRoot } from '../log/proof';
import { CompactRange, verifyConsistency } from '../log/tree';
import { storedNodes, type HashSource } from '../reader/tree-reader';
import type { LedgerSigner } from '../signer/ledger-signer';
import { readHead, type Head } from './head';
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

export async function latestCheckpoint(database: HashSource): Promise<SignedCheckpoint | null> {
  return toCheckpoint((await database.query<CheckpointRow>(LATEST, [])).rows[0]);
}

/** What others hold of this log under its own signature: witnesses that cosigned it. */
export interface SeenByOthers {
  askAll(): Promise<void>;
  /** What was learned since the last call. */
  take(): readonly { readonly name: string; readonly size: number; readonly root: Buffer }[];
}

/** The published checkpoint of exactly this size, or null. */
export async function checkpointAt(database: HashSource, size: number): Promise<SignedCheckpoint | null> {
  const { rows } = await database.query<CheckpointRow>('select size, root, note from checkpoint where size = $1', [size]);
  return toCheckpoint(rows[0]);
}

function toCheckpoint(row: CheckpointRow | undefined): SignedCheckpoint | null {
  return row === undefined ? null : { size: Number(row.size), root: row.root, note: row.note };
}

export interface CheckpointerOptions {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  /** At a change of key: the one before, which signs, too. */
  readonly before?: LedgerSigner;
  readonly epoch: () => number;
  readonly clock: () => Date;
  readonly seen?: SeenByOthers;
}

/** Throws BrokenInvariant when `size` and `root` do not extend what was signed. */
async function assertExtends(pool: Pool, before: SignedCheckpoint, size: number, root: Buffer): Promise<void> {
  if (size < before.size) throw new BrokenInvariant(`the log has ${size} entries, but a checkpoint of ${before.size} was signed`);
  const proof = await proveConsistency(before.size, size, storedNodes(pool));
  if (!verifyConsistency(before.size, size, before.root, root, proof)) throw new BrokenInvariant(`the log of size ${size} does not extend the signed one of size ${before.size}`);
}

async function rootAt(pool: Pool, head: Head, size: number): Promise<Buffer> {
  if (size > head.size) throw new BrokenInvariant(`the log has ${head.size} entries where ${size} were committed`);
  return size === head.size ? CompactRange.restore(size, head.frontier).root() : readRoot(size, storedNodes(pool));
}

export class Checkpointer {
  /** The last one signed in this process, kept even if publishing it failed: the signature exists. */
  private signed: SignedCheckpoint | null = null;

  private asked: Promise<void> | null = null;
  /** Taken from the witnesses and not compared yet. */
  private seen: ReturnType<SeenByOthers['take']> = [];

  constructor(private readonly options: CheckpointerOptions) {}

  /**
   * Signs and publishes the tree of this size, else the head, if it is larger than what was published; returns the latest
   * checkpoint published.
   */
  async sign(at: number | null = null): Promise<SignedCheckpoint | null> {
    const { pool, signer, clock } = this.options;
    const epoch = this.options.epoch();
    await this.learnSeen();
    const published = await latestCheckpoint(pool);
    const before = newer(published, this.signed);
    const head = await readHead(pool);
    if (head === null || head.epoch !== epoch) return published;
    await this.assertHoldsSeen(head);
    const size = at ?? head.size;
    const root = await rootAt(pool, head, size);
    if (before !== null) await assertExtends(pool, before, size, root);
    if (published?.size === size) return published;
    const note = before?.size === size ? before.note : await this.signBy({ origin: signer.name, size, root });
    this.signed = { size, root, note };
    const { rowCount } = await pool.query(PUBLISH, [size, note, root, clock().getTime(), epoch]);
    return rowCount === 1 ? this.signed : published;
  }

  private async signBy(checkpoint: Checkpoint): Promise<string> {
    const { signer, before } = this.options;
    return before === undefined ? signCheckpoint(checkpoint, signer) : signNote(formatCheckpoint(checkpoint), [before, signer]);
  }

  /** Before the head is read, so that what a witness saw of it is in it. */
  private async learnSeen(): Promise<void> {
    const { seen } = this.options;
    if (seen === undefined) return;
    await (this.asked ??= seen.askAll());
    this.seen = [...this.seen, ...seen.take()];
  }

  /** A ledger restored from an old backup MUST NOT sign again what a witness has seen otherwise: both signatures would be true. */
  private async assertHoldsSeen(head: Head): Promise<void> {
    for (const { name, size, root } of this.seen) {
      if (size > head.size) throw new BrokenInvariant(`the log has ${head.size} entries, but the witness ${name} saw ${size}: it was rolled back`);
      if (!(await rootAt(this.options.pool, head, size)).equals(root)) throw new BrokenInvariant(`the log of size ${size} is not the one that the witness ${name} saw`);
    }
    this.seen = [];
  }
}

function newer(a: SignedCheckpoint | null, b: SignedCheckpoint | null): SignedCheckpoint | null {
  if (a === null || b === null) return a ?? b;
  return a.size >= b.size ? a : b;
}
