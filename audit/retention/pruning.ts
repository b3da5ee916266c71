/**
 * Which entries at the beginning of the log need not be served any more: whole bundles of 256 whose every entry has been kept
 * for its class's period and is held by nobody. Plans, and orders by an entry of the ledger; deletes nothing.
 */
import type { Pool } from 'pg';
import { composeSubmission } from '../../kernel/event-draft';
import { insertOutbox } from '../../kernel/outbox/outbox';
import { parseDisclosure } from '../log/commitment';
import { parseEntry } from '../log/entry';
import { TILE_WIDTH } from '../log/tiles';
import { entriesOfType } from '../reader/entries-of-type';
import { readEntries, type HashedEntry, type Statements } from '../reader/stored-entries';
import { keptUntil, RETENTION_RULE_PACK } from './retention';

export const ENTRIES_PRUNED = 'audit.EntriesPruned';

export interface KeptEntry {
  readonly index: number;
  readonly retention: string;
  /** When its period ends; null: it is of no known class, or under a legal hold. */
  readonly until: Date | null;
  readonly isHeld: boolean;
}

export interface PruningPlan {
  /** What is served from now. */
  readonly from: number;
  /** What would be served from then on: a multiple of 256, or `from` when nothing may be pruned. */
  readonly minimumIndex: number;
  /** By retention class: entries between the two. */
  readonly counts: ReadonlyMap<string, number>;
  /** The first entry that has to be kept; null: the log ends before one does. */
  readonly keptBy: KeptEntry | null;
}

/** What a legal hold that stands keeps: the entries of the borrower, and its own. */
interface Held {
  readonly streams: ReadonlySet<string>;
  readonly indexes: ReadonlySet<number>;
}

function hidden({ disclosures }: HashedEntry, name: string): string | null {
  for (const { kind, text } of disclosures) {
    const disclosure = kind === 'structural' && text !== null ? parseDisclosure(text) : null;
    if (disclosure?.form === 'member' && disclosure.name === name && typeof disclosure.value === 'string') return disclosure.value;
  }
  return null;
}

async function standingHolds(database: Statements, size: number): Promise<Held> {
  const placed = new Map<string, { index: number; borrowerId: string }>();
  for await (const entry of entriesOfType(database, 'borrowers.LegalHoldPlaced', size)) {
    const [holdId, borrowerId] = [hidden(entry, 'holdId'), hidden(entry, 'borrowerId')];
    if (holdId === null || borrowerId === null) throw new Error(`entry ${entry.index} places a hold on nobody`);
    placed.set(holdId, { index: entry.index, borrowerId });
  }
  for await (const entry of entriesOfType(database, 'borrowers.LegalHoldLifted', size)) placed.delete(hidden(entry, 'holdId') ?? '');
  const holds = [...placed.values()];
  return { streams: new Set(holds.map(({ borrowerId }) => `borrower:${borrowerId}`)), indexes: new Set(holds.map(({ index }) => index)) };
}

function isHeld({ index, disclosures }: HashedEntry, held: Held): boolean {
  return held.indexes.has(index) || disclosures.some(({ kind, reveal }) => kind === 'link' && reveal?.some((stream) => held.streams.has(stream)) === true);
}

function reasonToKeep(entry: HashedEntry, held: Held, now: Date): { readonly retention: string; readonly kept: KeptEntry | null } {
  const { event, recordedAt } = parseEntry(entry.bytes);
  const { retention } = event;
  const { index } = entry;
  if (isHeld(entry, held)) return { retention, kept: { index, retention, until: null, isHeld: true } };
  const until = keptUntil(retention, new Date(recordedAt));
  return { retention, kept: until === null || until > now ? { index, retention, until, isHeld: false } : null };
}

/** `size`: of the checkpoint it stands on. Walks from the present minimum to the first entry that has to be kept. */
export async function planPruning(database: Statements, { from, size, now }: { readonly from: number; readonly size: number; readonly now: Date }): Promise<PruningPlan> {
  const held = await standingHolds(database, size);
  const counts = new Map<string, number>();
  for (let first = from; first + TILE_WIDTH <= size; first += TILE_WIDTH) {
    const ofBundle = new Map<string, number>();
    for (const entry of await readEntries(database, first, first + TILE_WIDTH, TILE_WIDTH)) {
      const { retention, kept } = reasonToKeep(entry, held, now);
      if (kept !== null) return { from, minimumIndex: first, counts, keptBy: kept };
      ofBundle.set(retention, (ofBundle.get(retention) ?? 0) + 1);
    }
    for (const [retention, count] of ofBundle) counts.set(retention, (counts.get(retention) ?? 0) + count);
  }
  return { from, minimumIndex: Math.max(from, size - (size % TILE_WIDTH)), counts, keptBy: null };
}

/** From which entry on bundles are served. */
export async function minimumIndex(database: Statements): Promise<number> {
  const { rows } = await database.query<{ minimum_index: string | number }>('select minimum_index from pruned');
  return Number(rows[0]?.minimum_index ?? 0);
}

/** Takes effect when the ledger has the entry and the room has followed to it. */
export async function orderPruning(worker: Pool, plan: PruningPlan, now: Date): Promise<void> {
  if (plan.minimumIndex <= plan.from) throw new RangeError('nothing may be pruned');
  const facts = { minimumIndex: plan.minimumIndex, rulePack: RETENTION_RULE_PACK };
  const submission = composeSubmission({ type: ENTRIES_PRUNED, typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: now, facts, hidden: {}, streams: [] }, null);
  await insertOutbox(worker, [{ submission }]);
}
