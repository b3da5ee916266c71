/**
 * One statement that appends a batch: it moves the head row by compare-and-set and inserts only what the moved row lets
 * through, so a writer that lost its epoch or its place writes nothing. One round trip, one commit.
 */
import type { QueryConfig } from 'pg';
import { linksLength, writeLinks } from '../reader/stored-links';
import { literal } from './array-literal';
import type { Batch, PlannedEntry } from './batch';

/**
 * Everything long travels in one binary parameter and is cut up by the database: array literals of such values would be
 * escaped here and unescaped there, which measured as a third of the append. Inserts read FROM moved, so they run after it.
 */
const APPEND = `with moved as (
    update head set size = $3, leaf_hash = $4, recorded_at_ms = $5, frontier = $6 where epoch = $1 and size = $2 returning size
  ), entries as (
    insert into entry (index, bytes, leaf_hash, idempotency_key, source, source_seq, disclosures, links)
    select $2::bigint + row.at - 1,
      substr($7::bytea, row.start, row.bytes), substr($8::bytea, ((row.at - 1) * 32 + 1)::int, 32),
      row.key, row.source, row.source_seq,
      substr($7::bytea, row.start + row.bytes, row.disclosures), substr($7::bytea, row.start + row.bytes + row.disclosures, row.links)
    from moved, unnest($9::int[], $10::int[], $11::int[], $12::int[], $13::text[], $14::text[], $15::bigint[])
      with ordinality row(start, bytes, disclosures, links, key, source, source_seq, at)
  ), streams as (
    insert into stream_entry (stream, n, index) select row.* from moved, unnest($16::text[], $17::bigint[], $18::bigint[]) row(stream, n, index)
  ), tiles as (
    insert into tile (level, n, hashes, root)
    select row.level, row.n, substr($21::bytea, ((row.at - 1) * 8224 + 1)::int, 8192), substr($21::bytea, ((row.at - 1) * 8224 + 8193)::int, 32)
    from moved, unnest($19::int[], $20::bigint[]) with ordinality row(level, n, at)
  )
  select size from moved`;

interface Packed {
  /** For each entry its bytes, then its disclosures, then its links. */
  readonly bytes: Buffer;
  /** From 1, as substr counts. */
  readonly start: readonly number[];
  readonly lengths: readonly [entry: readonly number[], disclosures: readonly number[], links: readonly number[]];
}

/** A character of UTF-16 has at most three bytes in UTF-8. */
const UTF8_BYTES_MAX = 3;

/** Written in place: a buffer for every part cost as much as hashing them. */
function pack(entries: readonly PlannedEntry[]): Packed {
  const disclosures = entries.map((entry) => JSON.stringify(entry.intake.disclosures));
  let capacity = 0;
  entries.forEach((entry, i) => (capacity += entry.bytes.length + (disclosures[i] as string).length * UTF8_BYTES_MAX + linksLength(entry.links)));
  const bytes = Buffer.allocUnsafe(capacity);
  const start: number[] = [];
  const lengths: [number[], number[], number[]] = [[], [], []];
  let at = 0;
  entries.forEach((entry, i) => {
    start.push(at + 1);
    bytes.set(entry.bytes, at);
    const written = bytes.write(disclosures[i] as string, at + entry.bytes.length, 'utf8');
    const linked = writeLinks(entry.links, bytes, at + entry.bytes.length + written);
    lengths[0].push(entry.bytes.length);
    lengths[1].push(written);
    lengths[2].push(linked);
    at += entry.bytes.length + written + linked;
  });
  return { bytes: bytes.subarray(0, at), start, lengths };
}

/** The statement returns one row when the batch was appended, none when the head was not where the batch starts. */
export function appendStatement(epoch: number, batch: Batch): QueryConfig {
  const { head, entries, tiles } = batch;
  const { bytes, start, lengths } = pack(entries);
  return {
    name: 'append',
    text: APPEND,
    values: [
      epoch,
      batch.first,
      head.size,
      head.leafHash,
      head.recordedAtMs,
      head.frontier,
      bytes,
      Buffer.concat(entries.map((entry) => entry.leafHash)),
      literal(start),
      literal(lengths[0]),
      literal(lengths[1]),
      literal(lengths[2]),
      literal(entries.map((entry) => entry.intake.key)),
      literal(entries.map((entry) => entry.intake.source)),
      literal(entries.map((entry) => entry.sourceSeq)),
      literal(entries.flatMap((entry) => entry.intake.streams)),
      literal(entries.flatMap((entry) => entry.numbers)),
      literal(entries.flatMap((entry) => entry.intake.streams.map(() => entry.index))),
      literal(tiles.map((tile) => tile.level)),
      literal(tiles.map((tile) => tile.n)),
      Buffer.concat(tiles.flatMap((tile) => [tile.hashes, tile.root])),
    ],
  };
}
