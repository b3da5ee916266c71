-- cosignatures addCosignature
insert into cosignature (size, witness, line, cosigned_at) values ($1, $2, $3, $4) on conflict do nothing;

-- cosignatures cosignedByAll
select checkpoint.size, checkpoint.root, checkpoint.note from checkpoint join (select size from cosignature where witness = any($1) group by size having count(distinct witness) = $2 order by size desc limit $3) cosigned using (size) order by size desc;

-- cosignatures cosignedCheckpoint
select size, root, note from checkpoint order by size desc limit 1;
select size, string_agg(line, '' order by witness) as lines from cosignature where size = any($1) group by size;

-- cosignatures lastCosignedSize
select max(size) as size from cosignature where witness = $1;

-- cosignatures withCosignatures
select size, string_agg(line, '' order by witness) as lines from cosignature where size = any($1) group by size;
