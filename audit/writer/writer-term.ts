/**
 * One term of office: from obtaining the lease to losing it, a writer, the heads of its streams and its checkpoints. Opens
 * the writer anew when another one has come and gone; ends for good when the log contradicts itself.
 */
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { rest } from '../../kernel/rest';
import type { RecentEntries } from '../reader/recent-entries';
import type { LedgerSigner } from '../signer/ledger-signer';
import { Checkpointer, type SeenByOthers, type SignedCheckpoint } from './checkpointer';
import { HeadsKeeper } from './heads-keeper';
import { BrokenInvariant } from './ledger-state';
import { LedgerWriter } from './writer';

export interface TermOptions {
  readonly pool: Pool;
  readonly recent: RecentEntries;
  readonly signer: LedgerSigner;
  readonly checkpointIntervalMs: number;
  readonly clock: () => Date;
  readonly seen?: SeenByOthers;
  readonly diagnostics: Diagnostics;
  readonly onCheckpoint: (checkpoint: SignedCheckpoint) => void;
  readonly onBroken: (reason: BrokenInvariant) => void;
}

const REOPEN_MS = 200;

interface Office {
  readonly writer: LedgerWriter;
  readonly keeper: HeadsKeeper;
  readonly checkpointer: Checkpointer;
  readonly ended: AbortController;
}

export class WriterTerm {
  private current: Office | null = null;
  private signing: Promise<void> = Promise.resolve();
  private readonly done: Promise<void>;
  private readonly stopping = new AbortController();

  constructor(
    private readonly options: TermOptions,
    held: AbortSignal,
  ) {
    this.done = this.serve(AbortSignal.any([held, this.stopping.signal]));
  }

  get writer(): LedgerWriter | null {
    return this.current?.writer ?? null;
  }

  /**
   * Signs what is committed now, if it is not signed yet, with a heads entry as its last; without one when the log grows faster
   * than the heads can follow. `isNeeded`: somebody waits for them, so they get longer. One after the other.
   */
  async sign(isNeeded: boolean): Promise<void> {
    this.signing = this.signing.then(() => this.signNext(isNeeded));
    return this.signing;
  }

  private async signNext(isNeeded: boolean): Promise<void> {
    if (this.current === null) return;
    const { keeper, checkpointer, ended } = this.current;
    if (ended.signal.aborted) return;
    try {
      const checkpoint = await checkpointer.sign(await keeper.commit(isNeeded));
      if (checkpoint !== null) this.options.onCheckpoint(checkpoint);
    } catch (error) {
      if (error instanceof BrokenInvariant) this.endBy(error, ended);
      else this.options.diagnostics.warn({ part: 'ledger', err: error }, 'no checkpoint could be signed');
    }
  }

  /** Answers what is under way, then lets go. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async serve(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      try {
        await this.write(until);
      } catch (error) {
        if (error instanceof BrokenInvariant) this.endBy(error, this.stopping);
        else this.options.diagnostics.warn({ part: 'ledger', err: error }, 'the ledger writer could not be opened');
      }
      if (!until.aborted) await rest(REOPEN_MS, until);
    }
  }

  private async write(until: AbortSignal): Promise<void> {
    const { pool, recent, signer, clock, seen, diagnostics, checkpointIntervalMs } = this.options;
    const ended = new AbortController();
    const onHalt = (reason: Error): void => this.endBy(reason, ended);
    const writer = await LedgerWriter.open({ pool, recent, clock, onHalt });
    diagnostics.info({ part: 'ledger', epoch: writer.epoch, size: recent.size }, 'the ledger writer is open');
    const over = AbortSignal.any([until, ended.signal]);
    const keeper = new HeadsKeeper({ pool, recent, writer, clock, signal: over });
    this.current = { writer, keeper, checkpointer: new Checkpointer({ pool, signer, clock, epoch: () => writer.epoch, ...(seen && { seen }) }), ended };
    while (!over.aborted) {
      await this.sign(false);
      if (!over.aborted) await rest(checkpointIntervalMs, over);
    }
    this.current = null;
    await writer.close();
    await this.signing;
  }

  /** A broken log ends the term for good; being fenced only this writer. */
  private endBy(reason: Error, ended: AbortController): void {
    ended.abort();
    if (!(reason instanceof BrokenInvariant)) return this.options.diagnostics.warn({ part: 'ledger', err: reason }, 'the ledger writer was fenced');
    this.options.diagnostics.fatal({ part: 'ledger', err: reason, reason: reason.message }, 'the ledger contradicts itself; nothing more is appended');
    this.options.onBroken(reason);
    this.stopping.abort();
  }
}
