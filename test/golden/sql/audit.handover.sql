-- handover creditorsOf
select distinct creditor_id as id from standing_engagement where agency_id = $1 order by 1 limit $2;

-- handover insertReceipt
insert into handover_receipt (share_index, agency_id, thumbprint, signature, received_at) values ($1, $2, $3, $4, $5) on conflict (share_index) do nothing returning share_index;

-- handover readShare
select index, agency_id as "agencyId", creditor_ids as "creditorIds", borrower_ids as "borrowerIds", room, payload_hash as "payloadHash", released_at as "releasedAt", purpose, categories, subjects, receipt_index as "receiptIndex" from standing_share where index = $1;
