-- export creditorOfBorrower
select creditor_id as id from standing_person where borrower_id = $1;

-- export hasVisibleEntry
select exists (select 1 from stream_entry where stream = $1) as found;

-- export insertExport
insert into export (id, org, sub, mandate_id, creditor_ids, stream, recorded_from, recorded_until, requested_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- export loadExport
select id, org, sub, mandate_id, creditor_ids, stream, recorded_from, recorded_until, state, entries_done, entries_total, tree_size, bytes, sha256, requested_at from export where id = $1;

-- export standingMandates
select r.id, r.creditor_id as "creditorId" from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and r.closed_at_index is null and r.valid_from <= now() and r.valid_until > now() order by r.opened_at_index;

-- export uncoveredEntries
select uncovered_entries($1, $2) as count;
