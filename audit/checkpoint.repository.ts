/** Published checkpoints with their cosignatures, the latest or the one of a size. */
import type { RoomContext } from '../kernel/context';
import type { Transaction } from '../kernel/transaction';
import type { Checkpoint } from './checkpoint.type';

interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly signed_at_ms: number;
}

interface CosignatureRow {
  readonly witness: string;
  readonly line: string;
  readonly cosigned_at: Date;
}

const COLUMNS = 'size, root, note, signed_at_ms';
const LATEST = `select ${COLUMNS} from checkpoint order by size desc limit 1`;
const OF_SIZE = `select ${COLUMNS} from checkpoint where size = $1`;
const COSIGNATURES = 'select witness, line, cosigned_at from cosignature where size = $1 order by witness';

async function readCheckpoint(transaction: Transaction, size: number | null): Promise<Checkpoint | null> {
  const [row] =
    size === null ? await transaction.prepared<CheckpointRow>('latest_checkpoint', LATEST, []) : await transaction.prepared<CheckpointRow>('checkpoint_of_size', OF_SIZE, [size]);
  if (row === undefined) return null;
  const cosignatures = await transaction.prepared<CosignatureRow>('cosignatures', COSIGNATURES, [row.size]);
  return {
    size: row.size,
    rootHash: row.root.toString('base64'),
    note: row.note + cosignatures.map(({ line }) => line).join(''),
    signedAt: new Date(row.signed_at_ms),
    cosignatures: cosignatures.map(({ witness, line, cosigned_at: at }) => ({ witness, line, at })),
  };
}

/** Read once a request. `size` null: the latest. Null when there is none. */
export function loadCheckpoint(context: RoomContext, size: number | null): Promise<Checkpoint | null> {
  return context.loader('ledger.checkpoints', (transaction, sizes: readonly (number | 'latest')[]) => Promise.all(sizes.map((one) => readCheckpoint(transaction, one === 'latest' ? null : one)))).load(size ?? 'latest');
}
