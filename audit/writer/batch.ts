/**
 * The order of a batch: decides for each submission, one after the other, whether it becomes an entry and which bytes that
 * entry has. Advances the state as if the batch were committed; whether it was is for the database to say.
 */
import { writeEntry, type StreamLink } from '../log/entry';
import type { AppendRefusal, HeldDisclosure } from '../../kernel/ledger';
import type { StreamName } from '../../schema/vocabulary';
import type { FullTile } from './growing-tree';
import type { Intake } from './intake';
import type { LedgerState } from './ledger-state';

export interface PlannedEntry {
  readonly index: number;
  readonly bytes: Buffer;
  readonly leafHash: Buffer;
  /** base64url. */
  readonly leaf: string;
  readonly recordedAt: string;
  readonly intake: Intake;
  readonly sourceSeq: number;
  readonly links: readonly HeldDisclosure[];
  /** The entry's number in each stream of `intake.streams`. */
  readonly numbers: readonly number[];
}

/**
 * entry: the submission became one. repeat: another of this batch with the same key and bytes did. refused: as it says.
 * earlier: its number was taken before this batch, so only the stored entries can tell.
 */
export type Outcome =
  | { readonly kind: 'entry' | 'repeat'; readonly entry: PlannedEntry }
  | { readonly kind: 'refused'; readonly refusal: AppendRefusal }
  | { readonly kind: 'earlier' };

/** The head row after the batch. */
export interface NextHead {
  readonly size: number;
  readonly leafHash: Buffer;
  readonly recordedAtMs: number;
  readonly frontier: Buffer;
}

export interface Batch {
  /** The size of the log before the batch. */
  readonly first: number;
  readonly entries: readonly PlannedEntry[];
  readonly tiles: readonly FullTile[];
  readonly head: NextHead;
  /** In the order of the submissions. */
  readonly outcomes: readonly Outcome[];
}

const refused = (refusal: AppendRefusal): Outcome => ({ kind: 'refused', refusal });

export const CONFLICTING_KEY: AppendRefusal = { ok: false, code: 'CONFLICT', message: 'the idempotency key was used for other bytes' };
export const CONFLICTING_SEQ: AppendRefusal = { ok: false, code: 'CONFLICT', message: 'the sourceSeq was used for another event' };

/** The first expected stream that is not where the submitter saw it. */
function staleStream(state: LedgerState, intake: Intake): StreamName | null {
  return intake.expect.find(({ stream, n }) => state.streams.of(stream).n !== n)?.stream ?? null;
}

/** Everything of an intake but its bytes is decided here; null: it becomes an entry. */
function objection(state: LedgerState, intake: Intake, byKey: ReadonlyMap<string, PlannedEntry>): Outcome | null {
  if (intake.atSize !== undefined && intake.atSize !== state.size) return refused({ ok: false, code: 'STALE', message: 'the log has grown since' });
  const same = byKey.get(intake.key);
  if (same !== undefined) return same.intake.event.equals(intake.event) ? { kind: 'repeat', entry: same } : refused(CONFLICTING_KEY);
  const nextSeq = state.nextSeq.get(intake.source) ?? 1;
  if (intake.sourceSeq !== null && intake.sourceSeq < nextSeq) return { kind: 'earlier' };
  if (intake.sourceSeq !== null && intake.sourceSeq > nextSeq) {
    return refused({ ok: false, code: 'GAP', message: `the next sourceSeq of ${intake.source} is ${nextSeq}` });
  }
  const stream = staleStream(state, intake);
  return stream === null ? null : refused({ ok: false, code: 'STALE', message: 'an expected stream has moved on', stream });
}

function place(state: LedgerState, intake: Intake, recordedAt: string): PlannedEntry {
  const sourceSeq = state.nextSeq.get(intake.source) ?? 1;
  const index = state.size;
  const streams = intake.streams.map((stream): StreamLink<StreamName> => {
    const head = state.streams.of(stream);
    return { stream, n: head.n + 1, prev: head.leafHash };
  });
  const at = { index, prev: state.leafHash.toString('base64url'), recordedAt, source: intake.source, sourceSeq };
  const { bytes, leafHash, links } = writeEntry(at, intake.event, streams);
  const leaf = leafHash.toString('base64url');
  state.size = index + 1;
  state.leafHash = leafHash;
  state.nextSeq.set(intake.source, sourceSeq + 1);
  for (const { stream, n } of streams) state.streams.advance(stream, { n, leafHash: leaf });
  return { index, bytes, leafHash, leaf, recordedAt, intake, sourceSeq, links, numbers: streams.map(({ n }) => n) };
}

/**
 * Orders the intakes as given. MUST be called with every stream of theirs loaded. `nowMs` is shown in the entries and
 * trusted by nobody; a clock that went backwards repeats the last instant.
 */
export function planBatch(state: LedgerState, intakes: readonly Intake[], nowMs: number): Batch {
  const first = state.size;
  state.recordedAtMs = Math.max(state.recordedAtMs, nowMs);
  const recordedAt = new Date(state.recordedAtMs).toISOString();
  const entries: PlannedEntry[] = [];
  const tiles: FullTile[] = [];
  const byKey = new Map<string, PlannedEntry>();
  const outcomes = intakes.map((intake): Outcome => {
    const outcome = objection(state, intake, byKey);
    if (outcome !== null) return outcome;
    const entry = place(state, intake, recordedAt);
    tiles.push(...state.tree.append(entry.leafHash));
    entries.push(entry);
    byKey.set(intake.key, entry);
    return { kind: 'entry', entry };
  });
  const head = { size: state.size, leafHash: state.leafHash, recordedAtMs: state.recordedAtMs, frontier: state.tree.frontier };
  return { first, entries, tiles, head, outcomes };
}
