-- borrower findByNationalId
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = $1 and national_id_index = $2;

-- borrower insertBorrower
INSERT INTO "borrowers"."borrower"("id", "creditor_id", "name", "national_id", "national_id_index", "employer", "registered_at", "erased_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- borrower loadBorrower
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where id = any($1);

-- borrower loadPageOfCreditor
select parent_id as "parentId", id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from borrower where creditor_id = parent_id order by id asc limit $2) of_parent order by parent_place, id asc;

-- borrower loadScopeOf
select creditor_id as "creditorId" from borrower where id = $1;

-- borrower personOf
select person_of($1, $2, $3) as id;

-- borrower readPageInScope
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = $1 and (id) < ($2::text) order by id desc limit $3;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = $1 and (id) > ($2::text) order by id asc limit $3;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = $1 order by id asc limit $2;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = $1 order by id desc limit $2;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where creditor_id = any(array(select r.creditor_id from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and r.closed_at_index is null and r.valid_from <= now() and r.valid_until > now())) order by id asc limit $2;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where id in (select borrower_id from standing_right where kind = 'GRANT' and holder = $1) and (id) < ($2::text) order by id desc limit $3;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where id in (select borrower_id from standing_right where kind = 'GRANT' and holder = $1) and (id) > ($2::text) order by id asc limit $3;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where id in (select borrower_id from standing_right where kind = 'GRANT' and holder = $1) order by id asc limit $2;
select id, creditor_id as "creditorId", name, national_id as "nationalId", national_id_index as "nationalIdIndex", employer, registered_at as "registeredAt", erased_at as "erasedAt" from borrower where id in (select borrower_id from standing_right where kind = 'GRANT' and holder = $1) order by id desc limit $2;

-- contact-point insertContactPoints
INSERT INTO "borrowers"."contact_point"("id", "borrower_id", "creditor_id", "kind", "value", "source", "status", "added_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- contact-point loadContactPoint
select id, borrower_id as "borrowerId", creditor_id as "creditorId", kind, value, source, status, added_at as "addedAt" from contact_point where id = any($1);

-- contact-point loadContactPoints
select id, borrower_id as "borrowerId", creditor_id as "creditorId", kind, value, source, status, added_at as "addedAt" from contact_point where borrower_id = any($1) order by added_at, id;

-- erasure insertErasure
INSERT INTO "borrowers"."erasure"("borrower_id", "creditor_id", "basis", "backup_retention_days", "ordered_at", "erased_at", "ledger_index") VALUES ($1, $2, $3, $4, $5, $6, $7);

-- erasure isErasureOrdered
select from erasure where borrower_id = $1;

-- erasure loadErasure
select borrower_id as "borrowerId", creditor_id as "creditorId", basis, backup_retention_days as "backupRetentionDays", ordered_at as "orderedAt", erased_at as "erasedAt", ledger_index as "ledgerIndex" from erasure where borrower_id = any($1);

-- erasure lockErasure
select pg_advisory_xact_lock(hashtextextended($1, 0));

-- erasure standingOfErasure
select count(*) filter (where not d.settled)::int as "openDebts", max(d.recorded_at) as "recordedAt", max(d.shared_at) as "sharedAt", (select c.jurisdiction from standing_creditor c join borrower b on b.creditor_id = c.creditor_id where b.id = $1) as jurisdiction from standing_debt d where d.borrower_id = $1;
select exists (select from erasure where borrower_id = $1) as "isOrdered", (select count(*)::int from legal_hold where borrower_id = $1 and lifted_at is null) as holds, (select count(*)::int from standing_right where kind = 'GRANT' and borrower_id = $1 and closed_at_index is null and valid_until > $2) as grants;

-- legal-hold findLegalHold
select id, borrower_id as "borrowerId", creditor_id as "creditorId", basis, placed_at as "placedAt", lifted_at as "liftedAt" from legal_hold where id = $1;

-- legal-hold insertLegalHold
INSERT INTO "borrowers"."legal_hold"("id", "borrower_id", "creditor_id", "basis", "placed_at", "lifted_at") VALUES ($1, $2, $3, $4, $5, $6);

-- legal-hold liftHold
UPDATE "borrowers"."legal_hold" SET "lifted_at" = $1 WHERE "id" = $2;

-- legal-hold loadLegalHold
select id, borrower_id as "borrowerId", creditor_id as "creditorId", basis, placed_at as "placedAt", lifted_at as "liftedAt" from legal_hold where id = any($1);

-- legal-hold loadLegalHolds
select id, borrower_id as "borrowerId", creditor_id as "creditorId", basis, placed_at as "placedAt", lifted_at as "liftedAt" from legal_hold where borrower_id = any($1) order by placed_at, id;
