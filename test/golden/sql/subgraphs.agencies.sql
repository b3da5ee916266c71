-- agency byIds
select id, name, jurisdiction, registration_number as "registrationNumber", registered_at as "registeredAt" from agency where id = any($1);

-- agency insert
insert into agency (id, name, jurisdiction, registration_number, registered_at) values ($1, $2, $3, $4, $5) on conflict (jurisdiction, registration_number) do nothing returning id;

-- agency insertLicence
insert into licence (id, agency_id, kind, number, valid_from, valid_until, recorded_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (agency_id, kind, number, valid_from) do nothing returning id;

-- agency licencesByIds
select id, agency_id as "agencyId", kind, number, valid_from::text as "validFrom", valid_until::text as "validUntil", recorded_at as "recordedAt" from licence where id = any($1);

-- agency licencesOf
select id, agency_id as "agencyId", kind, number, valid_from::text as "validFrom", valid_until::text as "validUntil", recorded_at as "recordedAt" from licence where agency_id = $1 order by recorded_at, id;

-- agency page
select id, name, jurisdiction, registration_number as "registrationNumber", registered_at as "registeredAt" from agency where true order by name asc, id asc limit $1;

-- agency pageOfLicences
select parent_id as "parentId", id, agency_id as "agencyId", kind, number, valid_from::text as "validFrom", valid_until::text as "validUntil", recorded_at as "recordedAt" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from licence where agency_id = parent_id order by recorded_at asc, id asc limit $2) of_parent order by parent_place, recorded_at asc, id asc;

-- agency-key byThumbprints
select thumbprint, agency_id as "agencyId", algorithm, spki, registered_at as "registeredAt", valid_until as "validUntil", revoked_at as "revokedAt", revocation_reason as "revocationReason" from agency_key where thumbprint = any($1);

-- agency-key insert
insert into agency_key (thumbprint, agency_id, algorithm, spki, registered_at, valid_until) values ($1, $2, $3, $4, $5, $6) on conflict (thumbprint) do nothing returning thumbprint;

-- agency-key lock
select thumbprint, agency_id as "agencyId", algorithm, spki, registered_at as "registeredAt", valid_until as "validUntil", revoked_at as "revokedAt", revocation_reason as "revocationReason" from agency_key where thumbprint = $1 for update;

-- agency-key pageOfAgencies
select parent_id as "parentId", thumbprint, agency_id as "agencyId", algorithm, spki, registered_at as "registeredAt", valid_until as "validUntil", revoked_at as "revokedAt", revocation_reason as "revocationReason" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from agency_key where agency_id = parent_id order by registered_at asc, thumbprint asc limit $2) of_parent order by parent_place, registered_at asc, thumbprint asc;

-- agency-key revoke
UPDATE "agencies"."agency_key" SET "revoked_at" = $1, "revocation_reason" = $2 WHERE "thumbprint" = $3;

-- engagement byIds
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where id = any($1);

-- engagement insert
insert into engagement (id, creditor_id, agency_id, state, proposed_at, state_since) values ($1, $2, $3, $4, $5, $6) on conflict (creditor_id, agency_id) where state <> 'ENDED' do nothing returning id;

-- engagement insertAttestation
INSERT INTO "agencies"."security_attestation"("engagement_id", "number", "creditor_id", "agency_id", "standard", "valid_until", "evidence_hash", "attested_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- engagement latestAttestations
select distinct on (engagement_id) engagement_id as "engagementId", number, creditor_id as "creditorId", agency_id as "agencyId", standard, valid_until as "validUntil", evidence_hash as "evidenceHash", attested_at as "attestedAt" from security_attestation where engagement_id = any($1) order by engagement_id, number desc;

-- engagement lockById
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where id = $1 for update;

-- engagement move
UPDATE "agencies"."engagement" SET "state" = $1, "reason" = $2, "due_diligence_hash" = $3, "state_since" = $4 WHERE "id" = $5;
UPDATE "agencies"."engagement" SET "state" = $1, "reason" = $2, "state_since" = $3 WHERE "id" = $4;

-- engagement page
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where agency_id = $1 and (proposed_at, id) < ($2::timestamptz, $3::text) order by proposed_at desc, id desc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where agency_id = $1 and (proposed_at, id) > ($2::timestamptz, $3::text) order by proposed_at asc, id asc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where agency_id = $1 order by proposed_at asc, id asc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where agency_id = $1 order by proposed_at desc, id desc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where creditor_id = $1 and (proposed_at, id) < ($2::timestamptz, $3::text) order by proposed_at desc, id desc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where creditor_id = $1 and (proposed_at, id) > ($2::timestamptz, $3::text) order by proposed_at asc, id asc limit $4;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where creditor_id = $1 order by proposed_at asc, id asc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where creditor_id = $1 order by proposed_at desc, id desc limit $2;
select id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from engagement where creditor_id = any(array(select r.creditor_id from standing_right r where r.kind = 'MANDATE' and r.holder = $1 and r.closed_at_index is null and r.valid_from <= now() and r.valid_until > now())) order by proposed_at asc, id asc limit $2;

-- engagement pageOfAgencies
select parent_id as "parentId", id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from engagement where agency_id = parent_id order by proposed_at asc, id asc limit $2) of_parent order by parent_place, proposed_at asc, id asc;

-- engagement pageOfAttestations
select parent_id as "parentId", engagement_id as "engagementId", number, creditor_id as "creditorId", agency_id as "agencyId", standard, valid_until as "validUntil", evidence_hash as "evidenceHash", attested_at as "attestedAt" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from security_attestation where engagement_id = parent_id order by number asc limit $2) of_parent order by parent_place, number asc;

-- engagement pageOfCreditors
select parent_id as "parentId", id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash", proposed_at as "proposedAt", state_since as "stateSince" from unnest($1::text[]) with ordinality as parent (parent_id, parent_place) cross join lateral (select * from engagement where creditor_id = parent_id order by proposed_at asc, id asc limit $2) of_parent order by parent_place, proposed_at asc, id asc;
