/** Whether a room may serve: its database answers, nothing has halted, and its follower has confirmed the head lately. */
import type { Pool } from 'pg';
import { standingStatement, toStandingPoint, type FollowerRow } from './follower/standing-point';

export async function readUnready(worker: Pool, boundMs: number, halted: ReadonlySet<string>): Promise<string[]> {
  const reasons = [...halted].map((part) => `the ${part} has halted; its reason is in the diagnostics`);
  try {
    const { rows } = await worker.query<FollowerRow>(standingStatement(boundMs));
    if (toStandingPoint(rows[0]).behind) reasons.push('the follower has not confirmed the head of the ledger');
  } catch {
    reasons.push('the database does not answer');
  }
  return reasons;
}
