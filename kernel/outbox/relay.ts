/**
 * The relay of a room: numbers committed outbox records without gaps, hands them to the ledger in that order and keeps
 * what it answered. One relay per room holds the lease. It may die between any two statements: an unanswered record is
 * sent again under the same number and key, and the ledger gives the first receipt.
 */
import type { Pool, PoolClient } from 'pg';
import { HubError } from '../errors';
import type { AppendRefusal, AppendResult, Ledger, Receipt } from '../ledger';
import type { OwnHistory } from '../own-history';
import { workerTransaction } from '../worker-transaction';
import { toSubmission, type OutboxRow } from './outbox';
import type { Receipts } from './receipts';

/** Rows per hand-over: large enough to share one commit of the writer, small enough to stay under a second. */
const BATCH = 512;
const IDLE_MS = 50;
const RETRY_MS = 200;
const APPEND_DEADLINE_MS = 10_000;

/** What a room does when the ledger refused a gated record because its standing had moved on. */
export type Reconsideration = (client: PoolClient, argument: string) => Promise<ReplacementRecord>;

/** The record that takes the refused one's number: the same claim on fresh standing, or its withdrawal. */
export interface ReplacementRecord {
  readonly row: Omit<OutboxRow, 'id' | 'seq' | 'record_id'>;
}

export interface RelayOptions {
  readonly worker: Pool;
  readonly ledger: Ledger;
  readonly receipts: Receipts;
  /** Nothing is sent from tables that lack records of the room: their next number is taken. */
  readonly history: Pick<OwnHistory, 'isBehind' | 'compareNow' | 'saw'>;
  readonly reconsiderations: ReadonlyMap<string, Reconsideration>;
  /** A refusal that no room can mend (gap, conflict, forbidden): the relay stops and says so; it never skips a number. */
  readonly onHalt: (error: Error) => void;
  /** Anything else that went wrong: it is tried again, and the operator should know why nothing moves. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * The records after the last delivered one, numbered by their place behind it. Only rows whose transaction ended before every
 * one still running: nothing older can appear afterwards, so a record has this number each time it is asked for, and none needs
 * to be kept before it is sent.
 */
const DUE = `
  select due.*, relay.last_seq + row_number() over (order by due.xid, due.id) as seq
  from relay cross join lateral (
    select id, xid, record_id, event_id, event, streams, expect, disclosures, reconsider from outbox
    where (xid, id) > (relay.last_xid, relay.last_id) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit ${BATCH}
  ) due
  order by seq`;

/** Repeated by a relay that lost its lease unawares, this changes nothing. */
const KEEP_DELIVERED = `
  with kept as (
    insert into delivery (outbox_id, seq, ledger_index) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) on conflict do nothing
  )
  update relay set (last_seq, last_xid, last_id) = (select $4::bigint, xid, id from outbox where id = $5) where last_seq < $4`;

const REPLACE = `update outbox set event_id = $2, event = $3, streams = $4, expect = $5, disclosures = $6, reconsider = $7 where record_id = $1`;

/**
 * A dump restored into another cluster keeps the transaction ids of the old one: records of the new cluster would stand before
 * the last delivered one and never be sent. A physical backup or pg_upgrade keeps the counter and is not concerned.
 */
const IS_OF_ANOTHER_CLUSTER = 'select last_xid >= pg_snapshot_xmax(pg_current_snapshot()) as foreign_place from relay';

export class Relay {
  private checked = false;
  private wake: () => void = () => undefined;
  private woken = false;
  private stopped = false;
  private running: Promise<void> | null = null;

  constructor(private readonly options: RelayOptions) {}

  /** Runs until stopped; call only while holding the room's relay lease. */
  start(): void {
    this.options.receipts.onRecorded(() => this.nudge());
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.nudge();
    await this.running;
  }

  private nudge(): void {
    this.woken = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        if (!(await this.deliverBatch())) await this.pause(IDLE_MS);
      } catch (error) {
        if (error instanceof RelayHalt) {
          this.options.onHalt(error);
          return;
        }
        this.options.onTrouble(error);
        await this.pause(RETRY_MS);
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    if (!this.woken && !this.stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => (clearTimeout(timer), resolve());
      });
    }
    this.woken = false;
  }

  /** False when there was nothing to deliver. */
  private async deliverBatch(): Promise<boolean> {
    const { worker, ledger, history } = this.options;
    if (!this.checked) await this.checkCluster();
    const { rows } = await worker.query<OutboxRow>(DUE);
    if (rows.length === 0 || (await history.isBehind())) return false;
    const results = await ledger.append('outbox', rows.map(toSubmission), APPEND_DEADLINE_MS);
    await this.keepAnswers(rows, results);
    return true;
  }

  private async checkCluster(): Promise<void> {
    const { rows } = await this.options.worker.query<{ foreign_place: boolean }>(IS_OF_ANOTHER_CLUSTER);
    if (rows[0]!.foreign_place) {
      throw new RelayHalt(`the outbox of ${this.options.ledger.room} was restored from a dump of another cluster; restore a physical backup, or advance the transaction counter beyond the old one`);
    }
    this.checked = true;
  }

  private async keepAnswers(rows: readonly OutboxRow[], results: readonly AppendResult[]): Promise<void> {
    const firstRefused = results.findIndex((result) => !result.ok);
    const delivered = rows.slice(0, firstRefused === -1 ? rows.length : firstRefused);
    const last = delivered.at(-1);
    if (last !== undefined) {
      const indexes = delivered.map((_row, i) => (results[i] as Receipt).index);
      await this.options.worker.query(KEEP_DELIVERED, [delivered.map(({ id }) => id), delivered.map(({ seq }) => seq), indexes, last.seq, last.id]);
      this.options.history.saw(last.seq);
      delivered.forEach((row, i) => this.options.receipts.delivered(row.record_id, indexes[i]!));
    }
    if (firstRefused !== -1) await this.mend(rows[firstRefused]!, results[firstRefused] as AppendRefusal);
  }

  /** Later rows of the batch were refused as a gap behind this one; the next round sends them again. */
  private async mend(row: OutboxRow, refusal: AppendRefusal): Promise<void> {
    const request = row.reconsider === null ? null : (JSON.parse(row.reconsider) as { name: string; argument: string });
    const reconsideration = request === null ? undefined : this.options.reconsiderations.get(request.name);
    if (refusal.code !== 'STALE' || request === null || reconsideration === undefined) {
      await this.options.history.compareNow();
      if (await this.options.history.isBehind()) return;
      throw new RelayHalt(`the ledger refused outbox record ${row.seq} of ${this.options.ledger.room}: ${refusal.code} (${refusal.message})`);
    }
    await workerTransaction(this.options.worker, async (client) => {
      const { row: replacement } = await reconsideration(client, request.argument);
      await client.query(REPLACE, [
        row.record_id,
        replacement.event_id,
        replacement.event,
        replacement.streams,
        replacement.expect,
        replacement.disclosures,
        replacement.reconsider,
      ]);
    });
  }
}

class RelayHalt extends HubError {
  constructor(message: string) {
    super('INTERNAL', message);
    this.name = 'RelayHalt';
  }
}
