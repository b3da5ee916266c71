/**
 * Has the latest checkpoint stamped by the configured authority, once per interval while the log grows, and keeps the token.
 * Beside the append path: an authority that is away delays nothing.
 */
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { rest } from '../../kernel/rest';
import { parseVkey } from '../log/note-key';
import { stampedBytes } from '../log/timestamp-file';
import { latestCheckpoint } from '../writer/checkpointer';
import { requestStamp } from './authority-client';
import { readStampedContent } from './stamp-request';
import { addTimestamp, lastTimestamp } from './timestamps.repository';

export interface StamperOptions {
  readonly pool: Pool;
  readonly url: string;
  /** The verifier key of the log. */
  readonly vkey: string;
  readonly intervalMs: number;
  /** Only the process that writes the ledger asks; two would pay twice. */
  readonly isActive: () => boolean;
  readonly clock: () => Date;
  readonly diagnostics: Diagnostics;
}

export interface StampingConfig {
  readonly timestampUrl: string | null;
  readonly timestampIntervalMs: number;
}

const POLL_MS = 500;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/** null: no authority is configured. */
export function openStamper({ timestampUrl: url, timestampIntervalMs: intervalMs }: StampingConfig, means: Omit<StamperOptions, 'url' | 'intervalMs'>): Stamper | null {
  return url === null ? null : new Stamper({ ...means, url, intervalMs });
}

export class Stamper {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private readonly authority: string;

  constructor(private readonly options: StamperOptions) {
    this.authority = new URL(options.url).host;
    this.running = this.serve();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async serve(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      let wait = POLL_MS;
      try {
        if (this.options.isActive()) await this.stampIfDue();
        backoff = FIRST_BACKOFF_MS;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.options.diagnostics.warn({ part: 'timestamps', host: this.authority, err: error }, 'a checkpoint was not stamped');
        wait = backoff;
        backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS);
      }
      await rest(wait, this.stopping.signal);
    }
  }

  private async stampIfDue(): Promise<void> {
    const { pool, url, vkey, intervalMs, clock } = this.options;
    const last = await lastTimestamp(pool, this.authority);
    if (last !== null && clock().getTime() - last.at.getTime() < intervalMs) return;
    const latest = await latestCheckpoint(pool);
    if (latest === null || latest.size === last?.size) return;
    const token = await requestStamp(url, stampedBytes(latest.note, parseVkey(vkey)), this.stopping.signal);
    await addTimestamp(pool, { size: latest.size, authority: this.authority, token, at: readStampedContent(token).genTime });
  }
}
