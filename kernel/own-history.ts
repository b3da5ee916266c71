/**
 * Whether a room may write: not while its database is older than what the ledger holds of it. Reads go on. Decided when the room
 * is opened and again for as long as it serves, by every replica for itself. While the ledger is away nothing new is decided,
 * except that tables which went back behind what this process saw of them are refused at once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { refusalOf } from '../schema/messages';
import type { Diagnostics } from './diagnostics';
import type { Refusal } from './errors';
import type { Ledger } from './ledger';
import { deliveredSeq, firstLostRecord, ROOM_RULE_PACK } from './outbox/own-records';
import { rest } from './rest';

export interface OwnHistoryOptions {
  readonly worker: Pool;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
  /** What else the room must have before it writes; asked when it opens, and then for as long as something is missing. */
  readonly missing?: () => Promise<string | null>;
}

/** The first record that the ledger has and the room has not. `index` null: the ledger could not be asked yet. */
interface LostRecord {
  readonly seq: number;
  readonly index: number | null;
}

const RETRY_MS = 500;
/** From one comparison with the ledger to the next: two small queries, in every replica. */
const COMPARE_MS = 2_000;
/** A command that comes while a room opens waits this long for the answer. */
const DECISION_MS = 2_000;

export class OwnHistory {
  private lost: LostRecord | null = null;
  /** The last number that the room's own tables have called delivered; it never goes down but by a restore. */
  private delivered = 0;
  private missing: string | null = null;
  private isDecided = false;
  private comparing: Promise<void> | null = null;
  private asking: Promise<boolean> | null = null;
  private readonly stopping = new AbortController();
  private readonly decided: Promise<void>;
  private readonly watching: Promise<void>;

  constructor(private readonly options: OwnHistoryOptions) {
    this.decided = this.decide();
    this.watching = this.decided.then(() => this.watch());
  }

  /** Asked by every writer before it writes. One small query; a restore under a running room shows in it. */
  async isBehind(): Promise<boolean> {
    if (!this.isDecided) await this.decision();
    // Again, because a comparison under way may have begun before the restore.
    while (this.lost === null && (await this.wentBack())) await this.compareNow();
    return this.lost !== null || this.missing !== null;
  }

  /** What a command answers in a room that lacks records of its own. Never recorded: the room cannot write. */
  async refusal(): Promise<Refusal | null> {
    return (await this.isBehind()) ? refusalOf({ ruleId: 'ROOM-WHOLE', rulePack: ROOM_RULE_PACK }) : null;
  }

  /** The relay of this process has kept the answer to this record. */
  saw(deliveredSeq: number): void {
    this.delivered = Math.max(this.delivered, deliveredSeq);
  }

  /** Compares at once: for the relay and the follower, who notice first that the tables are not those they left. */
  async compareNow(): Promise<void> {
    await (this.comparing ??= this.compare().finally(() => (this.comparing = null)));
  }

  /** Sentences for the operator. */
  alarms(): readonly string[] {
    const missing = this.missing === null ? [] : [this.missing];
    if (this.lost === null) return missing;
    const { seq, index } = this.lost;
    return [...missing, `the database is older than the ledger: record ${seq}${index === null ? '' : ` (entry ${index})`} is not in it; only reads are answered`];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async decision(): Promise<void> {
    const late = new AbortController();
    await Promise.race([this.decided, pause(DECISION_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined)]);
    late.abort();
  }

  private async decide(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await this.compareNow();
      if (this.isDecided || signal.aborted) return;
      await rest(RETRY_MS, signal);
    }
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await rest(COMPARE_MS, signal);
      if (!signal.aborted) await this.compareNow();
    }
  }

  /** One question at a time, whoever asks: commands of a busy room would take the connections of its relay. */
  private wentBack(): Promise<boolean> {
    return (this.asking ??= this.ask().finally(() => (this.asking = null)));
  }

  /** What was known before the tables were read, so that an answer overtaken by another proves nothing. */
  private async ask(): Promise<boolean> {
    const known = this.delivered;
    const now = await deliveredSeq(this.options.worker);
    if (now < known) return true;
    this.delivered = Math.max(this.delivered, now);
    return false;
  }

  private async compare(): Promise<void> {
    const { worker, ledger, diagnostics } = this.options;
    let backTo: number | null = null;
    try {
      const known = this.delivered;
      const now = await deliveredSeq(worker);
      if (now < known) backTo = now;
      const lost = await firstLostRecord(worker, (after, limit) => ledger.sentAfter(after, limit));
      if (lost === null) this.delivered = backTo ?? Math.max(this.delivered, now);
      if (!this.isDecided || this.missing !== null) await this.askMissing();
      this.isDecided = true;
      this.become(lost);
    } catch (err) {
      if (this.stopping.signal.aborted) return;
      diagnostics.warn({ room: ledger.room, err }, 'the room cannot compare itself with the ledger now');
      if (backTo !== null && this.lost === null) this.become({ seq: backTo + 1, index: null });
    }
  }

  private async askMissing(): Promise<void> {
    const { ledger, diagnostics, missing } = this.options;
    const before = this.missing;
    this.missing = (await missing?.()) ?? null;
    if (this.missing !== null && before === null) diagnostics.fatal({ room: ledger.room, reason: this.missing }, 'the room lacks what it must have to write');
  }

  private become(lost: LostRecord | null): void {
    const { ledger, diagnostics } = this.options;
    if (lost !== null && this.lost === null) diagnostics.fatal({ room: ledger.room, sourceSeq: lost.seq, ...(lost.index !== null && { index: lost.index }) }, 'the database of the room is older than the ledger; only reads are answered');
    if (lost === null && this.lost !== null) diagnostics.info({ room: ledger.room }, 'the room has all its records again and takes commands');
    this.lost = lost;
  }
}
