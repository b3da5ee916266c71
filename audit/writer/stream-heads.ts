/**
 * The last entry of each stream, as the next link needs it. Bounded: what is not remembered is read from the database.
 * True only under the epoch it was read in; a writer that lost its head row MUST forget all of it.
 */
import type { ClientBase } from 'pg';
import type { StreamName } from '../../schema/vocabulary';
import { literal } from './array-literal';

export interface StreamHead {
  readonly n: number;
  /** base64url leaf hash of entry n; 32 zero bytes when n is 0. */
  readonly leafHash: string;
}

/**
 * Streams of one generation; two are remembered, about 25 MB when full. The streams of the batches under way MUST fit many
 * times over: one that fell out would be read from a database that does not hold it yet.
 */
const GENERATION = 50_000;

export const NO_ENTRY: StreamHead = { n: 0, leafHash: Buffer.alloc(32).toString('base64url') };

interface StreamHeadRow {
  readonly stream: StreamName;
  readonly n: string | number;
  readonly leaf_hash: Buffer;
}

const LAST_OF_EACH = `select asked.stream, last.n, entry.leaf_hash
  from unnest($1::text[]) asked(stream)
  cross join lateral (select n, index from stream_entry where stream_entry.stream = asked.stream order by n desc limit 1) last
  join entry on entry.index = last.index`;

export class StreamHeads {
  /** Two generations instead of a list in order of use: a fifth of the cost, at five streams an entry. */
  private young = new Map<StreamName, StreamHead>();
  private old = new Map<StreamName, StreamHead>();

  /** Reads the heads of the streams that are not remembered; one statement, none when all are. */
  async load(database: Pick<ClientBase, 'query'>, streams: Iterable<StreamName>): Promise<void> {
    const missing = [...new Set(streams)].filter((stream) => this.find(stream) === undefined);
    if (missing.length === 0) return;
    const { rows } = await database.query<StreamHeadRow>({ name: 'stream_heads', text: LAST_OF_EACH, values: [literal(missing)] });
    for (const stream of missing) this.advance(stream, NO_ENTRY);
    for (const row of rows) this.advance(row.stream, { n: Number(row.n), leafHash: row.leaf_hash.toString('base64url') });
  }

  /** Only for streams just loaded. */
  of(stream: StreamName): StreamHead {
    const head = this.find(stream);
    if (head === undefined) throw new Error(`the head of a ${stream.split(':')[0]} stream was not loaded`);
    return head;
  }

  advance(stream: StreamName, head: StreamHead): void {
    if (this.young.size >= GENERATION) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(stream, head);
  }

  /** One that is used belongs to the young again, so that only the unused grow old. */
  private find(stream: StreamName): StreamHead | undefined {
    const young = this.young.get(stream);
    if (young !== undefined) return young;
    const old = this.old.get(stream);
    if (old !== undefined) this.advance(stream, old);
    return old;
  }
}
