/**
 * Whether a room may take commands: not while its database is older than what the ledger holds of it. Reads go on. Decided when
 * the room is opened, by every replica for itself; while the ledger is away it is undecided, and commands are taken as always.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';
import type { Ledger } from './ledger';
import { firstLostRecord, type OwnRecord } from './outbox/own-records';
import { rest } from './rest';

export interface OwnHistoryOptions {
  readonly worker: Pool;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
}

const RETRY_MS = 500;
/** A command that comes while a room opens waits this long for the answer. */
const DECISION_MS = 2_000;

export class OwnHistory {
  private lost: OwnRecord | null = null;
  private isDecided = false;
  private readonly stopping = new AbortController();
  private readonly decided: Promise<void>;

  constructor(private readonly options: OwnHistoryOptions) {
    this.decided = this.decide();
  }

  /** Throws HubError UNAVAILABLE in a room that lacks records of its own. */
  async assertWhole(): Promise<void> {
    if (!this.isDecided) await this.decision();
    if (this.lost !== null) throw new HubError('UNAVAILABLE', 'This room was restored from an older copy and only reads until it is complete again.');
  }

  /** Sentences for the operator. */
  alarms(): readonly string[] {
    return this.lost === null ? [] : [`the database is older than the ledger: record ${this.lost.seq} (entry ${this.lost.index}) is not in it; only reads are answered`];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.decided;
  }

  private async decision(): Promise<void> {
    const late = new AbortController();
    await Promise.race([this.decided, pause(DECISION_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined)]);
    late.abort();
  }

  private async decide(): Promise<void> {
    const { worker, ledger, diagnostics } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        this.lost = await firstLostRecord(worker, (after, limit) => ledger.sentAfter(after, limit));
        this.isDecided = true;
        if (this.lost !== null) diagnostics.fatal({ room: ledger.room, index: this.lost.index, sourceSeq: this.lost.seq }, 'the database of the room is older than the ledger; only reads are answered');
        return;
      } catch (err) {
        if (!signal.aborted) diagnostics.warn({ room: ledger.room, err }, 'the room cannot compare itself with the ledger yet');
        await rest(RETRY_MS, signal);
      }
    }
  }
}
