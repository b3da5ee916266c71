-- rights readAndKeepRights
select borrower_id from standing_person where person_id = $1 and borrower_id = any($2);
select r.id, r.kind, r.creditor_id, r.debt_id, r.borrower_id, r.purposes, r.categories, r.valid_from, r.valid_until, r.stream_n, r.engagement_id, e.state as engagement_state, e.attested_until, e.stream_n as engagement_n from standing_right r left join standing_engagement e on e.id = r.engagement_id where r.closed_at_index is null and r.kind = $1 and r.holder = $2 and r.creditor_id = any($3);
select r.id, r.kind, r.creditor_id, r.debt_id, r.borrower_id, r.purposes, r.categories, r.valid_from, r.valid_until, r.stream_n, r.engagement_id, e.state as engagement_state, e.attested_until, e.stream_n as engagement_n from standing_right r left join standing_engagement e on e.id = r.engagement_id where r.closed_at_index is null and r.kind = 'GRANT' and r.holder = $1 and r.borrower_id = any($2);

-- rights rightsOver
select r.id, r.kind, r.creditor_id, r.debt_id, r.borrower_id, r.purposes, r.categories, r.valid_from, r.valid_until, r.stream_n, r.engagement_id, e.state as engagement_state, e.attested_until, e.stream_n as engagement_n from standing_right r left join standing_engagement e on e.id = r.engagement_id where r.closed_at_index is null and r.kind = 'GRANT' and r.holder = $1 and r.borrower_id = any($2);
