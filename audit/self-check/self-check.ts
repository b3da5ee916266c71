/**
 * The ledger checks itself: everything that can be derived from the stored entry bytes is derived again and compared with
 * what is stored: hashes, chain, links, stream tables and heads, tiles, checkpoints, head. Runs beside a working writer, stops
 * at the first difference, and can go on from a mark it gave out.
 */
import type { Pool } from 'pg';
import { ZERO_HASH } from '../log/entry';
import type { VerifierKey } from '../log/note-key';
import { levelWidth } from '../log/tiles';
import { CompactRange } from '../log/tree';
import { GrowingTree, type FullTile } from '../writer/growing-tree';
import { readHead, type Head } from '../writer/head';
import { BrokenInvariant, partialTiles } from '../writer/ledger-state';
import type { Link } from '../reader/stored-links';
import { checkAttestations } from './attestations';
import { CheckedKeys, type KeysMark } from './checked-keys';
import { checkRow, differ, DifferenceFound, type CheckedEntry, type CheckedRow, type Difference } from './checked-row';
import { DerivedHeads } from './derived-heads';
import type { HeadsCheck } from './heads-check';
import type { HeadsMark } from './kept-heads';

/** Where a check may go on: what it had derived up to entry `next`. Plain JSON. */
export interface SelfCheckMark extends KeysMark {
  readonly next: number;
  /** base64url. */
  readonly leafHash: string;
  readonly recordedAt: string;
  /** base64. */
  readonly frontier: string;
  readonly sources: { readonly [source: string]: number };
  readonly links: number;
  /** Where the heads of streams stand whose pages are kept in the database; null: they are in memory, and derived again. */
  readonly heads: HeadsMark | null;
}

export interface SelfCheckReport {
  /** The size of the log when the check began; later entries are for the next check. */
  readonly size: number;
  readonly mark: SelfCheckMark;
  readonly difference: Difference | null;
}

export interface SelfCheckOptions {
  readonly pool: Pool;
  /** In force at the end of the log; checkpoints must be signed by it or by those it came from. Null leaves signatures aside. */
  readonly key: VerifierKey | null;
  readonly from?: SelfCheckMark;
  /** Awaited after each batch of entries: who wants to keep the mark does it here. */
  readonly onProgress?: (mark: SelfCheckMark, size: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Awaited between steps of every kind: who has other work to do rests here. */
  readonly rest?: () => Promise<void>;
  /** How the tree of stream heads is derived again; in memory when absent, with some 350 bytes for each stream there is. */
  readonly heads?: HeadsCheck;
  /** Entries checked without giving way to other work of this process. */
  readonly batch?: number;
}

export const START_MARK: SelfCheckMark = { next: 0, leafHash: ZERO_HASH, recordedAt: '', frontier: '', sources: {}, links: 0, vkey: '', keyBefore: '', heads: null };

const BATCH = 512;
const ROWS = `select index::float8 as index, bytes, leaf_hash, idempotency_key, source, source_seq::float8 as source_seq, disclosures, links
  from entry where index >= $1 and index < $2 order by index limit $3`;
const STREAM_PLACES = `select here.index::float8 as index, before.leaf_hash as prev
  from unnest($1::text[], $2::bigint[]) with ordinality asked(stream, n, at)
  left join stream_entry here on here.stream = asked.stream and here.n = asked.n
  left join stream_entry last on last.stream = asked.stream and last.n = asked.n - 1
  left join entry before on before.index = last.index order by asked.at`;
const TILES = 'select tile.hashes, tile.root from unnest($1::int[], $2::bigint[]) with ordinality asked(level, n, at) left join tile using (level, n) order by asked.at';
/** The log may have grown since the check began, so what lies beyond is measured against the head of this moment. */
const COUNTS = `select head.size::float8 as now,
  (select count(*) from stream_entry where index < $1 or index >= head.size)::float8 as links,
  (select count(*) from tile)::float8 as tiles,
  (select count(*) from entry where index >= head.size)::float8 as entries,
  (select count(*) from checkpoint where size > head.size)::float8 as signed
  from head`;
const CHECKPOINTS = 'select size::float8 as size, note, root from checkpoint where size > $1 and size <= $2 order by size';

/** Reports the first difference, or none. Throws when the database is away or the signal ends it. */
export async function checkLedger(options: SelfCheckOptions): Promise<SelfCheckReport> {
  const head = await readHead(options.pool);
  if (head === null) throw new Error('There is no ledger in this database.');
  const check = new SelfCheck(options, head);
  try {
    await check.run();
    return { size: head.size, mark: check.mark, difference: null };
  } catch (error) {
    if (error instanceof DifferenceFound) return { size: head.size, mark: check.mark, difference: error.difference };
    throw error;
  }
}

class SelfCheck {
  mark: SelfCheckMark;
  private readonly heads: HeadsCheck;
  /** Null: signatures are left aside. */
  private readonly keys: CheckedKeys | null;

  constructor(
    private readonly options: SelfCheckOptions,
    private readonly head: Head,
  ) {
    this.mark = options.from ?? START_MARK;
    this.keys = options.key === null ? null : new CheckedKeys(options.pool, this.mark);
    this.heads = options.heads ?? new DerivedHeads(options.pool);
  }

  async run(): Promise<void> {
    const tree = await this.resume();
    while (this.mark.next < this.head.size) await this.moveTo(await this.checkBatch(tree));
    this.checkHead();
    if (this.options.key !== null) this.keys?.finish(this.options.key, this.head.size);
    await this.checkCounts();
    await this.heads.finish(() => this.giveWay());
  }

  private async moveTo(mark: SelfCheckMark): Promise<void> {
    this.mark = mark;
    await this.options.onProgress?.(mark, this.head.size);
    await this.giveWay();
  }

  private async giveWay(): Promise<void> {
    await this.options.rest?.();
    this.options.signal?.throwIfAborted();
  }

  private async resume(): Promise<GrowingTree> {
    const { next, frontier } = this.mark;
    await this.heads.begin(this.mark);
    if (next === 0) return GrowingTree.empty();
    try {
      return GrowingTree.restore(next, Buffer.from(frontier, 'base64'), await partialTiles(this.options.pool, next));
    } catch (error) {
      if (!(error instanceof BrokenInvariant)) throw error;
      return differ({ table: 'tile', check: 'the incomplete tiles are stored', at: `size ${next}`, expected: 'all hashes', got: error.message });
    }
  }

  private async checkBatch(tree: GrowingTree): Promise<SelfCheckMark> {
    const { rows } = await this.options.pool.query<CheckedRow>(ROWS, [this.mark.next, this.head.size, this.options.batch ?? BATCH]);
    if (rows.length === 0) differ({ table: 'entry', check: 'entries are contiguous', at: `index ${this.mark.next}`, expected: 'an entry', got: 'none' });
    const sources = new Map(Object.entries(this.mark.sources));
    const checked: CheckedEntry[] = [];
    let { leafHash: prev, recordedAt } = this.mark;
    for (const row of rows) {
      const one = checkRow(row, { index: this.mark.next + checked.length, prev, recordedAt, sources });
      prev = one.leaf.toString('base64url');
      recordedAt = one.entry.recordedAt;
      sources.set(one.entry.source, one.entry.sourceSeq);
      checked.push(one);
    }
    await this.checkStreams(checked);
    for (const { entry } of checked) await this.keys?.accept(entry);
    await this.heads.accept(checked);
    await this.checkTree(tree, checked);
    const links = this.mark.links + checked.reduce((sum, one) => sum + one.links.length, 0);
    const keys = this.keys?.mark ?? { vkey: '', keyBefore: '' };
    return { ...keys, next: this.mark.next + rows.length, leafHash: prev, recordedAt, frontier: tree.frontier.toString('base64'), sources: Object.fromEntries(sources), links, heads: null };
  }

  /** Each link against the stream table: that place is this entry's, and the place before it is the entry it names. */
  private async checkStreams(checked: readonly CheckedEntry[]): Promise<void> {
    const asked = checked.flatMap(({ entry, links }) => links.map((link) => ({ index: entry.index, link })));
    if (asked.length === 0) return;
    const { rows } = await this.options.pool.query<{ index: number | null; prev: Buffer | null }>(STREAM_PLACES, [
      asked.map(({ link }) => link.stream),
      asked.map(({ link }) => link.n),
    ]);
    asked.forEach(({ index, link }, i) => this.checkPlace(index, link, rows[i] as { index: number | null; prev: Buffer | null }));
  }

  private checkPlace(index: number, link: Link, stored: { index: number | null; prev: Buffer | null }): void {
    const at = `index ${index}, entry ${link.n} of a ${link.stream.split(':')[0]} stream`;
    if (stored.index !== index) differ({ table: 'stream_entry', check: 'a link has its place in the stream', at, expected: String(index), got: String(stored.index) });
    const prev = link.n === 1 ? ZERO_HASH : (stored.prev?.toString('base64url') ?? 'none');
    if (prev !== link.prev) differ({ table: 'stream_entry', check: "a link names the stream's entry before it", at, expected: prev, got: link.prev });
  }

  private async checkTree(tree: GrowingTree, checked: readonly CheckedEntry[]): Promise<void> {
    const { pool } = this.options;
    const first = this.mark.next;
    const { rows: checkpoints } = await pool.query<StoredCheckpoint>(CHECKPOINTS, [first, first + checked.length]);
    const bySize = new Map(checkpoints.map((one) => [one.size, one]));
    const full: FullTile[] = [];
    checked.forEach(({ leaf }, i) => {
      full.push(...tree.append(leaf));
      const signed = bySize.get(first + i + 1);
      if (signed !== undefined) this.checkCheckpoint(signed, tree);
    });
    if (this.keys !== null) await checkAttestations(pool, checkpoints, this.keys);
    if (full.length === 0) return;
    const { rows: tiles } = await pool.query<{ hashes: Buffer | null; root: Buffer | null }>(TILES, [full.map(({ level }) => level), full.map(({ n }) => n)]);
    full.forEach(({ level, n, hashes, root }, i) => {
      const stored = tiles[i];
      const same = stored?.hashes?.equals(hashes) === true && stored.root?.equals(root) === true;
      if (!same) differ({ table: 'tile', check: 'a full tile holds the hashes of its leaves', at: `level ${level} tile ${n}`, expected: root.toString('base64'), got: stored?.root?.toString('base64') ?? 'none' });
    });
  }

  private checkCheckpoint({ size, note, root }: StoredCheckpoint, tree: GrowingTree): void {
    const derived = CompactRange.restore(size, tree.frontier).root().toString('base64');
    const at = `size ${size}`;
    if (root.toString('base64') !== derived) differ({ table: 'checkpoint', check: 'a checkpoint is of the tree of its size', at, expected: derived, got: root.toString('base64') });
    if (this.keys === null) return;
    const signed = this.keys.open(note, size);
    if (signed !== `${size} ${derived}`) differ({ table: 'checkpoint', check: 'what was signed is what is stored', at, expected: `${size} ${derived}`, got: signed });
  }

  private checkHead(): void {
    const at = `size ${this.head.size}`;
    const derived = { leafHash: this.mark.leafHash, frontier: this.mark.frontier, recordedAt: this.mark.recordedAt };
    const stored = { leafHash: this.head.leafHash.toString('base64url'), frontier: this.head.frontier.toString('base64'), recordedAt: new Date(this.head.recordedAtMs).toISOString() };
    for (const name of ['leafHash', 'frontier', 'recordedAt'] as const) {
      if (derived[name] !== stored[name]) differ({ table: 'head', check: `the head's ${name} is that of the last entry`, at, expected: derived[name], got: stored[name] });
    }
  }

  /** Rows that no entry accounts for. */
  private async checkCounts(): Promise<void> {
    const { size } = this.head;
    const { rows } = await this.options.pool.query<{ now: number; links: number; tiles: number; entries: number; signed: number }>(COUNTS, [size]);
    const [stored] = rows;
    let tiles = 0;
    for (let level = 1; levelWidth(level, stored?.now ?? 0) > 0; level += 1) tiles += levelWidth(level, stored?.now ?? 0);
    const same = (table: Difference['table'], check: string, expected: number, got: number | undefined): void => {
      if (expected !== got) differ({ table, check, at: `size ${size}`, expected: String(expected), got: String(got) });
    };
    same('stream_entry', 'every row of a stream is a link of an entry', this.mark.links, stored?.links);
    same('tile', 'there is no tile but the full ones', tiles, stored?.tiles);
    same('entry', 'the log ends where the head says', 0, stored?.entries);
    same('checkpoint', 'nothing longer than the log was signed', 0, stored?.signed);
  }
}

interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
  readonly root: Buffer;
}
