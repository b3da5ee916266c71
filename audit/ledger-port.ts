/**
 * The ledger of this process: writes while it has the lease, reads always, and gives each room its own port. Opens only a
 * log that was created, and only with the key that log names.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Diagnostics } from '../kernel/diagnostics';
import { HubError } from '../kernel/errors';
import { holdLease, type Lease } from '../kernel/lease';
import type { AppendResult, Channel, Ledger, Submission } from '../kernel/ledger';
import type { RoomName } from '../schema/vocabulary';
import { LedgerReader } from './reader/ledger-reader';
import { readSentAfter } from './reader/own-records';
import { RecentEntries } from './reader/recent-entries';
import type { LedgerSigner } from './signer/ledger-signer';
import { openLogKeys } from './signer/log-key-check';
import type { SeenByOthers } from './writer/checkpointer';
import type { BrokenInvariant } from './writer/ledger-state';
import { WRITER_LEASE } from './writer/writer-lease';
import { WriterTerm } from './writer/writer-term';

export interface LedgerOptions {
  /** Role worker of the audit room. MUST have LEDGER_CONNECTIONS to spare. */
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  readonly checkpointIntervalMs: number;
  /** Asked before anything is signed: what witnesses saw of this log must be in it. */
  readonly seen?: SeenByOthers;
  readonly diagnostics: Diagnostics;
  readonly clock?: () => Date;
}

/** Connections the ledger takes from its pool: lease, writer, look-ups of a batch, stream heads, checkpoints, a reader. */
export const LEDGER_CONNECTIONS = 6;
const RETRY_AFTER_MS = 500;
/** How long opening waits for the lease; when another process has it, this one only reads. */
const FIRST_LEASE_MS = 2_000;

export class OpenedLedger {
  readonly reader: LedgerReader;
  private term: WriterTerm | null = null;
  private broken: BrokenInvariant | null = null;
  private stopping = false;
  private readonly lease: Lease;

  constructor(options: LedgerOptions) {
    const { pool, diagnostics, clock = () => new Date() } = options;
    const recent = new RecentEntries(0);
    this.reader = new LedgerReader(pool, recent, () => this.isWriting);
    const termOptions = {
      ...options,
      recent,
      clock,
      onCheckpoint: (checkpoint: LedgerReader['checkpoint']) => (this.reader.checkpoint = checkpoint),
      onBroken: (reason: BrokenInvariant) => (this.broken = reason),
    };
    this.lease = holdLease(pool, WRITER_LEASE, {
      onHeld: (held) => {
        if (this.broken === null && !this.stopping) this.term = new WriterTerm(termOptions, held);
      },
      onLost: () => diagnostics.warn({ part: 'ledger' }, 'the lease of the ledger writer was lost'),
    });
  }

  /** The port of one room: who submits is whom it was opened for, never what a submission says. */
  ledgerFor(room: RoomName): Ledger {
    return {
      room,
      append: (channel, submissions, deadlineMs) => this.append(room, channel, submissions, deadlineMs),
      sentAfter: (after, limit) => readSentAfter(this.reader.pool, room, after, limit),
      read: (from, limit, waitMs) => this.reader.read(from, limit, waitMs),
    };
  }

  get isWriting(): boolean {
    return this.broken === null && this.term !== null && this.term.writer !== null;
  }

  /** Sentences for `/readyz`; empty when entries can be appended here. */
  unready(): readonly string[] {
    if (this.broken !== null) return ['The ledger contradicts itself; nothing more is appended.'];
    return this.isWriting ? [] : ['The ledger writer does not run in this process.'];
  }

  /** Signs now instead of at the next interval: what an export covers must be covered by a checkpoint. */
  async signNow(): Promise<void> {
    await this.term?.sign(true);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.term?.stop();
    this.reader.recent.wake();
    await this.lease.stop();
  }

  private async append(room: RoomName, channel: Channel, submissions: readonly Submission[], deadlineMs: number): Promise<AppendResult[]> {
    const writer = this.isWriting ? this.term?.writer : null;
    if (!writer) throw new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.', { retryAfterMs: RETRY_AFTER_MS });
    return writer.append(room, channel, submissions, deadlineMs);
  }
}

/** Resolves when this process writes the ledger, or after a moment when another one does. */
export async function openLedger(options: LedgerOptions): Promise<OpenedLedger> {
  await openLogKeys(options.pool, options.signer);
  const ledger = new OpenedLedger(options);
  for (let waited = 0; waited < FIRST_LEASE_MS && ledger.unready().length > 0; waited += 10) await pause(10);
  return ledger;
}
