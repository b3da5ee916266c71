/**
 * The keys of this room's borrowers against the key store: one restored from an older copy lacks those made since, and holds
 * those destroyed since. Reads only.
 */
import type { Pool } from 'pg';
import type { KeyStore } from '../../kernel/vault/key-store';

export interface KeyCheck {
  /** Borrowers who are not erased and have no key. */
  readonly absent: number;
  /** Borrowers who are erased and have one. */
  readonly undestroyed: number;
}

const PAGE = 5_000;
const PEOPLE = `select id, erased_at is not null as erased from borrower where id > $1 order by id limit ${PAGE}`;
/** An older copy lacks the keys made last; of two hubs that register at once, either may come first. */
const NEWEST = 'select id from borrower where erased_at is null order by registered_at desc limit 100';

export async function checkKeys(worker: Pool, keyStore: KeyStore): Promise<KeyCheck> {
  let [absent, undestroyed] = [0, 0];
  for (let after = ''; ; ) {
    const { rows } = await worker.query<{ id: string; erased: boolean }>(PEOPLE, [after]);
    absent += (await keyStore.absent(rows.flatMap(({ id, erased }) => (erased ? [] : [id])))).length;
    undestroyed += (await keyStore.keys(rows.flatMap(({ id, erased }) => (erased ? [id] : [])))).size;
    if (rows.length < PAGE) return { absent, undestroyed };
    after = rows.at(-1)!.id;
  }
}

/** A sentence for the operator when the key store is older than this room. */
export async function keysMissing(worker: Pool, keyStore: KeyStore): Promise<string | null> {
  const { rows } = await worker.query<{ id: string }>(NEWEST);
  const absent = await keyStore.absent(rows.map(({ id }) => id));
  return absent.length === 0 ? null : `the key store is older than the room: keys of its newest borrowers are not in it; only reads are answered`;
}
