/**
 * What becomes of finished exports: for the configured days they can be downloaded, then their row says EXPIRED and the file is deleted.
 * The row goes first, so no row promises a file that is gone; a file left by a process that died in between goes with the next round.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';

const DAY_MS = 86_400_000;
const EXPIRED = `update export set state = 'EXPIRED' where state = 'READY' and finished_at <= $1`;
const GONE = `select id from export where id = any($1) and state = 'EXPIRED'`;

/** A file of an export, not one that is still being written beside it. */
const FILE = /^(?<id>export_[0-9a-z]+)\.tar$/;

/** Returns how many files were deleted. */
export async function expireExports(pool: Pool, directory: string, { days, now }: { readonly days: number; readonly now: Date }): Promise<number> {
  await pool.query(EXPIRED, [new Date(now.getTime() - days * DAY_MS)]);
  const names = await namesIn(directory);
  const ids = names.flatMap((name) => FILE.exec(name)?.groups?.['id'] ?? []);
  const { rows } = await pool.query<{ id: string }>(GONE, [ids]);
  for (const { id } of rows) await fs.rm(path.join(directory, `${id}.tar`), { force: true });
  return rows.length;
}

/** No export has been made yet where there is no folder. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await fs.readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
