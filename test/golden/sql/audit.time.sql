-- timestamps addTimestamp
insert into checkpoint_timestamp (size, authority, token, stamped_at) values ($1, $2, $3, $4) on conflict do nothing;

-- timestamps lastTimestamp
select size, stamped_at from checkpoint_timestamp where authority = $1 order by size desc limit 1;

-- timestamps readTimestamps
select size, token from checkpoint_timestamp where size = any($1) order by size, authority;
