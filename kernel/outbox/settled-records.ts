/**
 * Takes their content away from outbox records that nobody will send again: delivered, under a checkpoint that the log has signed, and
 * older than any backup of the ledger. That a record was made and which entry it became stays for ever: receipts, repeated commands and
 * the comparison after a restore read nothing else.
 */
import type { Pool } from 'pg';
import { FollowedKeys } from '../follower/followed-keys';
import type { Ledger } from '../ledger';

export interface SettledRecordsOptions {
  readonly worker: Pool;
  readonly ledger: Ledger;
  /** How long the longest-kept backup of the ledger lives. */
  readonly days: number;
  /** Records a statement looks at. */
  readonly pageSize?: number;
}

interface DeliveredRecord {
  readonly seq: number;
  readonly id: string;
  readonly index: number;
  readonly recordedAt: Date;
}

const DAY_MS = 86_400_000;
const PAGE = 1_000;
const FOLLOWED = 'select next_index::float8 as "nextIndex", vkey from follower';
const NEXT = `select d.seq::float8 as seq, o.id::text as id, d.ledger_index::float8 as index, o.recorded_at as "recordedAt"
  from delivery d join outbox o on o.id = d.outbox_id where d.seq > $1 order by d.seq limit $2`;
const EMPTY = `update outbox set event = '', streams = '[]', expect = '[]', disclosures = '[]', reconsider = null where id = any($1::bigint[]) and octet_length(event) > 0`;

export class SettledRecords {
  /** Every record up to this number was looked at by this process; another looks once more, and finds them empty. */
  private through = 0;

  constructor(private readonly options: SettledRecordsOptions) {}

  /** Returns how many records lost their content. Throws for a checkpoint that the log's key did not sign. */
  async empty(now: Date): Promise<number> {
    const { worker, days, pageSize = PAGE } = this.options;
    const size = await this.signedSize();
    const before = new Date(now.getTime() - days * DAY_MS);
    for (let emptied = 0; ; ) {
      const { rows } = await worker.query<DeliveredRecord>(NEXT, [this.through, pageSize]);
      const first = rows.findIndex(({ index, recordedAt }) => index >= size || recordedAt >= before);
      const settled = first === -1 ? rows : rows.slice(0, first);
      emptied += (await worker.query(EMPTY, [settled.map(({ id }) => id)])).rowCount ?? 0;
      this.through = settled.at(-1)?.seq ?? this.through;
      if (settled.length < pageSize) return emptied;
    }
  }

  /** How many entries stand under the latest checkpoint and are followed by this room, which has checked their chain. */
  private async signedSize(): Promise<number> {
    const { worker, ledger } = this.options;
    const { nextIndex, vkey } = (await worker.query<{ nextIndex: number; vkey: string | null }>(FOLLOWED)).rows[0]!;
    const { checkpoint: note } = await ledger.read(nextIndex, 1, 0);
    const checkpoint = note === null ? null : new FollowedKeys(vkey).open(note, nextIndex);
    return Math.min(checkpoint?.size ?? 0, nextIndex);
  }
}
