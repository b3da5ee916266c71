-- signing-keys planKeyChange
insert into signing_key (event_id, vkey) values ($1, $2);

-- signing-keys proveKeyChanges
select entry.index::float8 as index, entry.bytes from signing_key join entry on entry.idempotency_key = signing_key.event_id where entry.index < $1 order by entry.index;
select tile.level, tile.n, tile.hashes from unnest($1::int[], $2::bigint[]) asked(level, n) join tile on tile.level = asked.level and tile.n = asked.n;

-- signing-keys readLogKeys
select bytes from entry where index = 0;
select entry.index::float8 as index, entry.bytes from signing_key join entry on entry.idempotency_key = signing_key.event_id where entry.index < $1 order by entry.index;
