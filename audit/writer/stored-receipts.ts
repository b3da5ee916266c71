/**
 * Receipts of entries that are already stored: what a repeated submission is answered, and what a writer asks after a
 * commit whose outcome it never learned. Compares event bytes, not digests: they are there, verbatim.
 */
import type { ClientBase } from 'pg';
import type { AppendResult } from '../../kernel/ledger';
import { parseEntry } from '../log/entry';
import { CONFLICTING_KEY } from './batch';
import type { Intake } from './intake';

interface StoredRow {
  readonly idempotency_key: string;
  readonly index: string | number;
  readonly bytes: Buffer;
  readonly leaf_hash: Buffer;
}

const BY_KEY = 'select idempotency_key, index, bytes, leaf_hash from entry where idempotency_key = any($1)';

/** An entry as it answers for a submission with its key. `ownFrom`: entries from this index on are the caller's own first try. */
export function answerFor(intake: Intake, stored: { index: number; bytes: Buffer; leafHash: Buffer }, ownFrom: number): AppendResult {
  const entry = parseEntry(stored.bytes);
  if (!entry.eventBytes.equals(intake.event)) return CONFLICTING_KEY;
  return { ok: true, index: stored.index, leafHash: stored.leafHash.toString('base64url'), recordedAt: entry.recordedAt, duplicate: stored.index < ownFrom };
}

/** By key, for the intakes whose key is stored; the others are not in the ledger as of this statement. */
export async function storedReceipts(database: Pick<ClientBase, 'query'>, intakes: readonly Intake[], ownFrom: number): Promise<Map<string, AppendResult>> {
  if (intakes.length === 0) return new Map();
  const { rows } = await database.query<StoredRow>(BY_KEY, [intakes.map((intake) => intake.key)]);
  const byKey = new Map(rows.map((row) => [row.idempotency_key, row]));
  const answers = new Map<string, AppendResult>();
  for (const intake of intakes) {
    const row = byKey.get(intake.key);
    if (row !== undefined) answers.set(intake.key, answerFor(intake, { index: Number(row.index), bytes: row.bytes, leafHash: row.leaf_hash }, ownFrom));
  }
  return answers;
}
