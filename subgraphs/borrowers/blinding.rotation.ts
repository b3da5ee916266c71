/**
 * Moves every blind index of this room from one generation of its key to the next: opens each identity number under its
 * borrower's key, indexes it anew and forgets it. Page by page, with the place kept beside the rows, so an interrupted rotation
 * goes on where it was; its entry is written once, with the last page.
 */
import type { Pool, PoolClient } from 'pg';
import { composeSubmission } from '../../kernel/event-draft';
import { insertOutbox } from '../../kernel/outbox/outbox';
import { blindIndex, type MasterKeys } from '../../kernel/vault/master-keys';
import type { KeyStore } from '../../kernel/vault/key-store';
import { unseal } from '../../kernel/vault/seal';
import { workerTransaction } from '../../kernel/worker-transaction';
import { NATIONAL_ID_BINDING, nationalIdIndex, normaliseNationalId, PERSON_INDEX } from './borrower';

/** A page is one transaction: what an interruption may cost. */
const PAGE = 1_000;

export interface BlindRotation {
  readonly worker: Pool;
  readonly keyStore: Pick<KeyStore, 'keys'>;
  /** With the blinding key of the new generation. */
  readonly next: MasterKeys;
  readonly generation: number;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

interface IndexedBorrower {
  readonly id: string;
  readonly creditorId: string;
  readonly nationalId: Buffer;
  readonly personId: string | null;
}

interface Place {
  readonly through: string;
  readonly borrowers: number;
  readonly finished: boolean;
}

const PLACE = 'select through, borrowers, finished_at is not null as finished from blind_rotation where generation = $1 for update';
/** A registration that the room has yet to follow is known by its claim, one from before there were claims by the standing. */
const NEXT = `select b.id, b.creditor_id as "creditorId", b.national_id as "nationalId", coalesce(c.person_id, p.person_id) as "personId"
  from borrower b left join person_claim c on c.borrower_id = b.id left join standing_person p on p.borrower_id = b.id where b.id > $1 and b.national_id is not null order by b.id limit $2`;
const REINDEX = `update borrower set national_id_index = r.index from unnest($1::text[], $2::bytea[]) as r(id, index) where borrower.id = r.id`;
/** Several borrowers are one person; the number is the same, and so is the index. */
const REINDEX_PERSONS = `update person set national_id_index = r.index from (select distinct on (id) id, index from unnest($1::text[], $2::bytea[]) as given(id, index)) r where person.id = r.id`;

/** Once the generation before is fenced out: how many borrowers have an index under the new key. */
export async function rotateBlindIndex(rotation: BlindRotation): Promise<number> {
  const { worker, signal, onProgress } = rotation;
  const { rows } = await worker.query<{ total: number }>('select count(*)::int as total from borrower where national_id is not null');
  const total = rows[0]!.total;
  for (;;) {
    signal?.throwIfAborted();
    const place = await workerTransaction(worker, (client) => rotatePage(client, rotation));
    onProgress?.({ done: Math.min(place.borrowers, total), total });
    if (place.finished) return place.borrowers;
  }
}

async function rotatePage(client: PoolClient, { keyStore, next, generation, pageSize = PAGE }: BlindRotation): Promise<Place> {
  const place = (await client.query<Place>(PLACE, [generation])).rows[0]!;
  if (place.finished) return place;
  const { rows } = await client.query<IndexedBorrower>(NEXT, [place.through, pageSize]);
  if (rows.length === 0) return finish(client, generation, place);
  const keys = await keyStore.keys(rows.map(({ id }) => id));
  const indexed = rows.map(({ id, creditorId, nationalId, personId }) => {
    const key = keys.get(id);
    // Erased, and not yet followed to: nothing of him is found any more.
    const number = key === undefined ? null : normaliseNationalId(unseal(key, NATIONAL_ID_BINDING, nationalId).toString('utf8'));
    return { id, personId, own: number === null ? null : blindIndex(next, nationalIdIndex(creditorId), number), person: number === null ? null : blindIndex(next, PERSON_INDEX, number) };
  });
  await client.query(REINDEX, [indexed.map(({ id }) => id), indexed.map(({ own }) => own)]);
  const persons = indexed.filter(({ personId, person }) => personId !== null && person !== null);
  await client.query(REINDEX_PERSONS, [persons.map(({ personId }) => personId), persons.map(({ person }) => person)]);
  const moved = { through: rows.at(-1)!.id, borrowers: place.borrowers + rows.length, finished: false };
  await client.query('update blind_rotation set through = $2, borrowers = $3 where generation = $1', [generation, moved.through, moved.borrowers]);
  return moved;
}

async function finish(client: PoolClient, generation: number, place: Place): Promise<Place> {
  const facts = { generation, borrowers: place.borrowers };
  const submission = composeSubmission({ type: 'borrowers.BlindIndexRotated', typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: new Date(), facts, hidden: {}, streams: [] }, null);
  await insertOutbox(client, [{ submission }]);
  await client.query('update blind_rotation set finished_at = now() where generation = $1', [generation]);
  return { ...place, finished: true };
}
