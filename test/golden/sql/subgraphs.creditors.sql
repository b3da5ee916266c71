-- creditor byIds
select id, code, name, jurisdiction, registered_at as "registeredAt" from creditor where id = any($1);

-- creditor page
select id, code, name, jurisdiction, registered_at as "registeredAt" from creditor where id = $1 order by code asc limit $2;

-- entrustment-agreement byIds
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where id = any($1);

-- entrustment-agreement insert
INSERT INTO "creditors"."entrustment_agreement"("id", "creditor_id", "agency_id", "products", "regions", "days_past_due_min", "days_past_due_max", "purposes", "categories", "channels", "fee_schedule", "valid_from", "valid_until", "sub_delegation", "document_hash", "signed_at", "terminated_at", "termination_reason") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- entrustment-agreement isAgencyKnown
select 1 from standing_agency where id = $1;

-- entrustment-agreement lockById
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where id = $1 for update;

-- entrustment-agreement page
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where agency_id = $1 and (signed_at, id) < ($2::timestamptz, $3::text) order by signed_at desc, id desc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where agency_id = $1 and (signed_at, id) > ($2::timestamptz, $3::text) order by signed_at asc, id asc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where agency_id = $1 order by signed_at asc, id asc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where agency_id = $1 order by signed_at desc, id desc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where creditor_id = $1 and (signed_at, id) < ($2::timestamptz, $3::text) order by signed_at desc, id desc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where creditor_id = $1 and (signed_at, id) > ($2::timestamptz, $3::text) order by signed_at asc, id asc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where creditor_id = $1 order by signed_at asc, id asc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where creditor_id = $1 order by signed_at desc, id desc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from entrustment_agreement where creditor_id = any(array(select r.creditor_id from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and r.closed_at_index is null and r.valid_from <= now() and r.valid_until > now())) order by signed_at asc, id asc limit $2;

-- entrustment-agreement pageOfCreditors
select parent_id as "parentId", id, creditor_id as "creditorId", agency_id as "agencyId", products, regions, days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule", valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash", signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from entrustment_agreement where creditor_id = parent_id order by signed_at asc, id asc limit $2) of_parent order by parent_place, signed_at asc, id asc;

-- entrustment-agreement terminate
UPDATE "creditors"."entrustment_agreement" SET "terminated_at" = $1, "termination_reason" = $2 WHERE "id" = $3;

-- staff-authority byIds
select id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason" from staff_authority where id = any($1);

-- staff-authority insert
INSERT INTO "creditors"."staff_authority"("id", "creditor_id", "staff_sub", "purposes", "categories", "scopes", "valid_from", "valid_until", "granted_at", "revoked_at", "revocation_reason") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- staff-authority lockOfCreditor
select pg_advisory_xact_lock(hashtextextended($1, 0));

-- staff-authority ofCreditor
select id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason" from staff_authority where creditor_id = $1 order by granted_at, id;

-- staff-authority ofStaff
select id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason" from staff_authority where creditor_id = $1 and staff_sub = $2;

-- staff-authority page
select id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason" from staff_authority where creditor_id = $1 order by granted_at asc, id asc limit $2;

-- staff-authority pageOfCreditors
select parent_id as "parentId", id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from staff_authority where creditor_id = parent_id order by granted_at asc, id asc limit $2) of_parent order by parent_place, granted_at asc, id asc;

-- staff-authority revoke
UPDATE "creditors"."staff_authority" SET "revoked_at" = $1, "revocation_reason" = $2 WHERE "id" = $3;

-- supervision-mandate byIds
select id, creditor_id as "creditorId", regulator_id as "regulatorId", purposes, categories, basis, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", ended_at as "endedAt", end_reason as "endReason" from supervision_mandate where id = any($1);

-- supervision-mandate end
UPDATE "creditors"."supervision_mandate" SET "ended_at" = $1, "end_reason" = $2 WHERE "id" = $3;

-- supervision-mandate insert
INSERT INTO "creditors"."supervision_mandate"("id", "creditor_id", "regulator_id", "purposes", "categories", "basis", "valid_from", "valid_until", "granted_at", "ended_at", "end_reason") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- supervision-mandate lockById
select id, creditor_id as "creditorId", regulator_id as "regulatorId", purposes, categories, basis, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", ended_at as "endedAt", end_reason as "endReason" from supervision_mandate where id = $1 for update;

-- supervision-mandate page
select id, creditor_id as "creditorId", regulator_id as "regulatorId", purposes, categories, basis, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", ended_at as "endedAt", end_reason as "endReason" from supervision_mandate where creditor_id = $1 order by granted_at asc, id asc limit $2;

-- supervision-mandate pageOfCreditors
select parent_id as "parentId", id, creditor_id as "creditorId", regulator_id as "regulatorId", purposes, categories, basis, valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", ended_at as "endedAt", end_reason as "endReason" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from supervision_mandate where creditor_id = parent_id order by granted_at asc, id asc limit $2) of_parent order by parent_place, granted_at asc, id asc;
