/**
 * The head row: where the log stands and whose turn it is to append. Taking it raises the epoch, which makes every
 * statement of an earlier writer, even one still under way in the database, either finished before or without effect.
 */
import type { ClientBase } from 'pg';

export interface Head {
  readonly epoch: number;
  readonly size: number;
  readonly leafHash: Buffer;
  readonly recordedAtMs: number;
  /** Roots of the perfect subtrees of `size`, largest first, 32 bytes each. */
  readonly frontier: Buffer;
}

interface HeadRow {
  readonly epoch: string | number;
  readonly size: string | number;
  readonly leaf_hash: Buffer;
  readonly recorded_at_ms: string | number;
  readonly frontier: Buffer;
}

const COLUMNS = 'epoch, size, leaf_hash, recorded_at_ms, frontier';

function toHead(row: HeadRow | undefined): Head | null {
  if (row === undefined) return null;
  return { epoch: Number(row.epoch), size: Number(row.size), leafHash: row.leaf_hash, recordedAtMs: Number(row.recorded_at_ms), frontier: row.frontier };
}

type Statements = Pick<ClientBase, 'query'>;

/** The head as committed, or null when no ledger was created here. */
export async function readHead(database: Statements): Promise<Head | null> {
  return toHead((await database.query<HeadRow>(`select ${COLUMNS} from head`)).rows[0]);
}

/** Who takes the head: a name of its own for each writer, and whether it must still be the holder. */
export interface Claim {
  readonly holder: string;
  readonly isHeld: boolean;
}

/**
 * Makes the caller the only writer. Null when it is not the holder any more although it claims to be, or when there is no
 * ledger. Waits for a statement of the previous epoch that holds the row; repeating it after a lost answer is harmless.
 */
export async function takeHead(database: Statements, { holder, isHeld }: Claim): Promise<Head | null> {
  const sql = `update head set epoch = epoch + 1, holder = $1 where not $2::boolean or holder = $1 returning ${COLUMNS}`;
  return toHead((await database.query<HeadRow>(sql, [holder, isHeld])).rows[0]);
}
