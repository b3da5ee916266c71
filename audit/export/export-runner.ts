/**
 * Makes the exports that were asked for, one after the other, under a lease. The rows are the queue: one that was being made
 * when a process died is made again from the start, under the same id.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { isConnectionLost } from '../../kernel/database/postgres-errors';
import type { Diagnostics } from '../../kernel/diagnostics';
import { holdLease, type Lease } from '../../kernel/lease';
import { rest } from '../../kernel/rest';
import type { StreamName } from '../../schema/vocabulary';
import type { OpenedLedger } from '../ledger-port';
import type { LedgerSigner } from '../signer/ledger-signer';
import { namedRequester } from './export-right';
import type { WitnessSubmitter } from '../witness/witness-submitter';
import { expireExports } from './expired-exports';
import { writeExport, type ExportProgress } from './write-export';

export interface ExportRunnerOptions {
  readonly pool: Pool;
  readonly ledger: OpenedLedger;
  readonly submitter: Pick<WitnessSubmitter, 'settle'>;
  readonly signer: LedgerSigner;
  /** See hubPolicy. */
  readonly policy: Buffer | null;
  /** Where the files are; see exportFile. */
  readonly directory: string;
  /** How long a finished export is kept. */
  readonly days: number;
  readonly diagnostics: Diagnostics;
  readonly clock: () => Date;
}

interface OpenExport {
  readonly id: string;
  readonly stream: StreamName;
  readonly mandate_id: string | null;
  readonly org: string;
  readonly recorded_from: Date | null;
  readonly recorded_until: Date | null;
}

const LEASE = 'exports';
const IDLE_MS = 200;
const PROGRESS_MS = 250;
/** An export waits this long for witnesses to cosign its checkpoint; one made without them says so. */
const COSIGNED_MS = 5_000;
/** From one look for exports whose days are over to the next. */
const EXPIRE_MS = 3_600_000;

const NEXT = `update export set state = 'RUNNING', entries_done = 0
  where id = (select id from export where state in ('QUEUED', 'RUNNING') order by requested_at limit 1)
  returning id, org, stream, mandate_id, recorded_from, recorded_until`;
const PROGRESS = 'update export set entries_done = $2, entries_total = $3 where id = $1';
const READY = `update export set state = 'READY', entries_done = $2, entries_total = $2, tree_size = $3, bytes = $4, sha256 = $5, finished_at = $6 where id = $1`;
const FAILED = `update export set state = 'FAILED', finished_at = $2 where id = $1`;

export function exportFile(directory: string, id: string): string {
  return path.join(directory, `${id}.tar`);
}

/** What a process that died while it wrote this export left beside it. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = path.dirname(file);
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) if (name.startsWith(`${path.basename(file)}.`)) await fs.rm(path.join(folder, name), { recursive: true, force: true });
}

export class ExportRunner {
  private readonly lease: Lease;
  private readonly stopping = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: ExportRunnerOptions) {
    this.lease = holdLease(options.pool, LEASE, {
      onHeld: (held) => {
        const until = AbortSignal.any([held, this.stopping.signal]);
        // A lease lost and found again: what was being written must have ended first.
        this.working = this.working.then(() => this.work(until));
      },
    });
  }

  /** An export under way is given up; it is made anew by whoever holds the lease next. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
    await this.lease.stop();
  }

  private async work(until: AbortSignal): Promise<void> {
    const { pool, diagnostics } = this.options;
    let expireAt = 0;
    while (!until.aborted) {
      try {
        if (Date.now() >= expireAt) {
          await this.expire();
          expireAt = Date.now() + EXPIRE_MS;
        }
        const { rows } = await pool.query<OpenExport>(NEXT);
        const [next] = rows;
        if (next === undefined) await rest(IDLE_MS, until);
        else await this.make(next, until);
      } catch (error) {
        diagnostics.warn({ part: 'exports', err: error }, 'the exports could not be looked after');
        await rest(IDLE_MS, until);
      }
    }
  }

  private async expire(): Promise<void> {
    const { pool, directory, days, clock, diagnostics } = this.options;
    const deleted = await expireExports(pool, directory, { days, now: clock() });
    if (deleted > 0) diagnostics.info({ part: 'exports', count: deleted }, 'exports whose days are over were deleted');
  }

  private async make(order: OpenExport, until: AbortSignal): Promise<void> {
    const { pool, ledger, submitter, signer, policy, directory, diagnostics, clock } = this.options;
    try {
      await ledger.signNow();
      await submitter.settle(COSIGNED_MS);
      await removeLeftovers(exportFile(directory, order.id));
      const written = await writeExport(
        { pool, signer, policy, clock, onProgress: this.progressOf(order.id, until) },
        { stream: order.stream, from: order.recorded_from, until: order.recorded_until, mandate: order.mandate_id, requestedBy: namedRequester(order.stream, order.org) },
        exportFile(directory, order.id),
      );
      await pool.query(READY, [order.id, written.entries, written.treeSize, written.bytes, written.sha256, clock()]);
      if (written.isCosigned === false) diagnostics.warn({ part: 'exports', size: written.treeSize }, 'an export stands on a checkpoint that not every witness has cosigned');
      diagnostics.info({ part: 'exports', size: written.treeSize, count: written.entries, bytes: written.bytes }, 'an export is ready');
    } catch (error) {
      // Left RUNNING, it is made again.
      if (until.aborted || isConnectionLost(error)) return;
      diagnostics.error({ part: 'exports', err: error }, 'an export failed');
      await fs.rm(exportFile(directory, order.id), { force: true });
      await pool.query(FAILED, [order.id, clock()]);
    }
  }

  /** Seldom enough not to be noticed, often enough to be watched. Throws when the work has to end. */
  private progressOf(id: string, until: AbortSignal): (progress: ExportProgress) => void {
    let told = 0;
    return ({ done, total }) => {
      until.throwIfAborted();
      if (Date.now() - told < PROGRESS_MS) return;
      told = Date.now();
      this.options.pool.query(PROGRESS, [id, done, total]).catch(() => undefined);
    };
  }
}
