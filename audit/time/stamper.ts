/**
 * Has the latest checkpoint stamped by the configured authority, once per interval while the log grows, and keeps the token.
 * Beside the append path: an authority that is away delays nothing.
 */
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import { SteadyWorker } from '../../kernel/steady-work';
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
export function openStamper({ timestampUrl: url, timestampIntervalMs: intervalMs }: StampingConfig, means: Omit<StamperOptions, 'url' | 'intervalMs'>): SteadyWorker | null {
  if (url === null) return null;
  const options = { ...means, url, intervalMs };
  const authority = new URL(url).host;
  return new SteadyWorker({
    firstBackoffMs: FIRST_BACKOFF_MS,
    longestBackoffMs: LONGEST_BACKOFF_MS,
    async step(signal) {
      if (means.isActive()) await stampIfDue(options, authority, signal);
      return POLL_MS;
    },
    onFailure: (error) => means.diagnostics.warn({ part: 'timestamps', host: authority, err: error }, 'a checkpoint was not stamped'),
  });
}

async function stampIfDue({ pool, url, vkey, intervalMs, clock }: StamperOptions, authority: string, signal: AbortSignal): Promise<void> {
  const last = await lastTimestamp(pool, authority);
  if (last !== null && clock().getTime() - last.at.getTime() < intervalMs) return;
  const latest = await latestCheckpoint(pool);
  if (latest === null || latest.size === last?.size) return;
  const token = await requestStamp(url, stampedBytes(latest.note, parseVkey(vkey)), signal);
  await addTimestamp(pool, { size: latest.size, authority, token, at: readStampedContent(token).genTime });
}
