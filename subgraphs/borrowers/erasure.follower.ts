/**
 * Carries out an erasure when its entry comes back from the ledger: destroys the key, forgets every sealed value and every
 * index of the person. The position moves only when all of it is done, so a room killed in between does it again; each step
 * may be repeated.
 */
import type { Pool, PoolClient } from 'pg';
import { hiddenId } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following, FollowMeans } from '../../kernel/follower/follower';
import { BORROWER_ERASED } from './erasure.event';

/** Sealed values would not open any more; the index would still find. Neither has a reason to stay. */
const FORGET = [
  'update borrower set name = null, national_id = null, national_id_index = null, employer = null, erased_at = coalesce(erased_at, clock_timestamp()) where id = $1',
  'update contact_point set value = null where borrower_id = $1',
  `update staged_borrower set name = null, national_id = null, national_id_index = null, person_index = null, employer = null, contact_values = null where borrower_id = $1`,
] as const;

/**
 * Who the person is stays known by a random id; his number leads to it only while a creditor still knows him by it. Another creditor may be
 * registering him at this moment, or have done so in an entry this room has yet to follow: the row is held first, which waits for the one,
 * and the claims, read by a later statement, tell of the other.
 */
const HOLD_PERSON = `select id from person where id in (select person_id from person_claim where borrower_id = $1 union select person_id from standing_person where borrower_id = $1) for update`;
const GIVE_UP_CLAIM = 'delete from person_claim where borrower_id = $1';
const FORGET_PERSON = `delete from person where id = any($1) and not exists (select from person_claim claim where claim.person_id = person.id)
  and not exists (select from standing_person other join borrower on borrower.id = other.borrower_id where other.person_id = person.id and borrower.erased_at is null)`;

async function forgetPerson(client: PoolClient, borrowerId: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(HOLD_PERSON, [borrowerId]);
  await client.query(GIVE_UP_CLAIM, [borrowerId]);
  await client.query(FORGET_PERSON, [rows.map(({ id }) => id)]);
}

/** Inserted when the room was restored from before the order: the entry is enough to know it by. */
const DONE = `insert into erasure (borrower_id, creditor_id, basis, backup_retention_days, ordered_at, erased_at, ledger_index) values ($1, $2, $3, $4, $5, clock_timestamp(), $6)
  on conflict (borrower_id) do update set erased_at = coalesce(erasure.erased_at, excluded.erased_at), ledger_index = excluded.ledger_index`;

const erase: FollowHandler = async (client, event, { keyStore }) => {
  const borrowerId = hiddenId(event, 'borrowerId');
  await keyStore.destroyKeys([borrowerId]);
  for (const statement of FORGET) await client.query(statement, [borrowerId]);
  await forgetPerson(client, borrowerId);
  const { basis, backupRetentionDays } = event.facts;
  await client.query(DONE, [borrowerId, hiddenId(event, 'creditorId'), basis, backupRetentionDays, event.occurredAt, event.index]);
};

/** Ids per statement. */
const PAGE = 5_000;
const ERASED = `select id from borrower where erased_at is not null and id > $1 order by id limit ${PAGE}`;

/**
 * A key store restored from a backup holds keys that were destroyed since, and the follower has passed their entries long ago.
 * Whenever this room begins to follow, they are destroyed again.
 */
export async function keepErased(worker: Pool, { keyStore }: FollowMeans): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await worker.query<{ id: string }>(ERASED, [after]);
    if (rows.length > 0) await keyStore.destroyKeys(rows.map(({ id }) => id));
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

export const BORROWERS_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([[BORROWER_ERASED, [{ versions: [1], handler: erase }]]]);
