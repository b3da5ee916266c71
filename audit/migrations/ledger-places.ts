/**
 * What finding entries by type, party and time needs: where the entries of each type stand in the long streams, and functions
 * that find places without reading through, and the heads of streams for their proofs. All of it follows from the entries; emptied, it is made again. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rowScopePolicies } from '../../kernel/row-scope';
import { OF_ENTRY_SCOPE } from './entry-scope';

/**
 * Only streams that grow with the whole business of a party: those of a creditor and of an agency. The others are short, and a
 * row for each of their links would cost as much as `stream_entry` does. `next_index`: entries below it are in.
 */
const PLACES = [
  `create table entry_place (
    stream text collate "C" not null,
    type text collate "C" not null,
    index bigint not null,
    primary key (stream, type, index)
  )`,
  'create table entry_place_until (singleton boolean primary key default true check (singleton), next_index bigint not null)',
  'insert into entry_place_until (next_index) values (0)',
];

/** The tail of an entry is ASCII and of a few fixed members, so its end may be cut anywhere. */
const RECORDED_AT = `substring(convert_from(substring(bytes from greatest(1, length(bytes) - 149)), 'UTF8'), '"recordedAt":"([0-9TZ:.-]{24})","source":')`;

const FUNCTIONS = [
  // The event's type stands before its version, and nothing after the event has a member of that name. Cut out, because reading it as JSON costs more.
  `create function entry_type(bytes bytea) returns text language sql immutable parallel safe
    return rtrim(split_part(split_part(convert_from(bytes, 'UTF8'), ',"typeVersion":', -2), '"type":"', -1), '"')`,
  `create function is_long_stream(stream text) returns boolean language sql immutable parallel safe
    return starts_with(stream, 'creditor:') or starts_with(stream, 'agency:')`,
  `create function long_streams(links bytea) returns setof text language sql immutable parallel safe
    as $$ select split_part(line, '"', 4) from string_to_table(convert_from(links, 'UTF8'), E'\\n') line where is_long_stream(split_part(line, '"', 4)) $$`,
  `create function is_of_types(type text, wanted text[]) returns boolean language sql immutable parallel safe
    return exists (select 1 from unnest(wanted) one where starts_with(type, one))`,
  // Jumps from one type to the next: some forty look-ups, however long the stream is.
  `create function place_types(asked text, wanted text[]) returns setof text language sql stable security definer set search_path from current as $$
    with recursive found(type) as (
      (select p.type from entry_place p where p.stream = asked order by p.type limit 1)
      union all
      select (select p.type from entry_place p where p.stream = asked and p.type > found.type order by p.type limit 1) from found where found.type is not null
    ) select type from found where is_of_types(type, wanted) $$`,
  // From which index on a stream is read itself, because its places are not in yet; a short stream always.
  `create function places_until(asked text) returns bigint language sql stable security definer set search_path from current
    as $$ select case when is_long_stream(asked) then next_index else 0 end from entry_place_until $$`,
  // recordedAt never goes back, so a binary search finds the first entry of an instant.
  `create function first_recorded(at text) returns bigint language plpgsql stable security definer set search_path from current as $$
    declare low bigint := 0; high bigint; middle bigint; recorded text;
    begin
      select size into high from head;
      while low < high loop
        middle := (low + high) / 2;
        select ${RECORDED_AT} into strict recorded from entry where index = middle;
        if recorded collate "C" < at then low := middle + 1; else high := middle; end if;
      end loop;
      return low;
    end $$`,
  // The last link of a stream below a tree size, without the entry's other links: a number and hashes.
  `create function stream_head(asked text, below bigint) returns table (n bigint, leaf_hash bytea, link text) language sql stable security definer set search_path from current as $$
    select s.n, entry.leaf_hash, (select line from regexp_split_to_table(convert_from(entry.links, 'UTF8'), E'\\n') line where line::json ->> 1 = asked)
    from stream_entry s join entry on entry.index = s.index where s.stream = asked and s.index < below order by s.n desc limit 1 $$`,
];

const OF_ENTRY = 'exists (select 1 from entry e where e.index = entry_place.index)';
/** Hashes and salted digests, of every stream alike. */
const EVERYBODY = { INTERNAL: 'true', PARTNER: 'true', REGULATOR: 'true', BORROWER: 'true' };
const EVERY_READER = { INTERNAL: OF_ENTRY, PARTNER: OF_ENTRY, REGULATOR: OF_ENTRY, BORROWER: OF_ENTRY };

/** An agency reads the entries that name it, whoever its clients are: they are its own papers. */
const SCOPE = [
  ...(['entry', 'stream_entry'] as const).flatMap((table) => [`drop policy ${table}_row_scope on ${table}`, `drop policy ${table}_worker on ${table}`]),
  ...rowScopePolicies('audit', OF_ENTRY_SCOPE.entry),
  ...rowScopePolicies('audit', OF_ENTRY_SCOPE.streamEntry),
  ...rowScopePolicies('audit', { table: 'entry_place', ...EVERY_READER }),
  ...rowScopePolicies('audit', { table: 'heads', ...EVERYBODY }),
  ...rowScopePolicies('audit', { table: 'heads_page', ...EVERYBODY }),
];

const GRANTS = [
  'grant select on entry_place, heads, heads_page to cession_audit_request',
  'grant select, insert on entry_place to cession_audit_worker',
  'grant select, update on entry_place_until to cession_audit_worker',
];

export class LedgerPlaces implements MigrationInterface {
  readonly name = 'LedgerPlaces1763700000050';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...PLACES, ...FUNCTIONS, ...SCOPE, ...GRANTS]) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
