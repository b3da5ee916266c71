/**
 * Moves staged borrowers into their tables, chunk by chunk in the order of the file: rows, contact points, ledger records and
 * the position commit together, so an import killed anywhere goes on where it was.
 */
import type { PoolClient } from 'pg';
import { composeSubmission } from '../../../kernel/event-draft';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { newId } from '../../../schema/ids';
import { BORROWERS_PER_EVENT_MAX, borrowersRegistered, type RegisteredBorrower } from '../borrower.event';
import type { BorrowerBatch, ImportTools } from './batch';

/** Twelve full events; a chunk of this size takes about a tenth of a second. */
const BORROWERS_PER_CHUNK = 12 * BORROWERS_PER_EVENT_MAX;

interface StagedBorrower {
  readonly row_no: number;
  readonly borrower_id: string;
  readonly person_index: Buffer | null;
}

const NEXT = `select row_no, borrower_id, person_index from staged_borrower where batch_id = $1 and row_no > $2 and is_new order by row_no limit $3`;

/** Answers with those it made: nobody else can see them before this import commits. */
const FRESH_PERSONS = 'insert into person (id, national_id_index) select * from unnest($1::text[], $2::bytea[]) on conflict do nothing returning id, national_id_index as index';
/** A statement of its own: only then does it see a person that another import committed a moment ago. Held, lest an erasure forget one of them. */
const KNOWN_PERSONS = 'select id, national_id_index as index from person where national_id_index = any($1) order by national_id_index for key share';
const CLAIMS = 'insert into person_claim (borrower_id, person_id) select * from unnest($1::text[], $2::text[])';

const STAGED = `staged_borrower s where s.batch_id = $1 and s.row_no > $2 and s.row_no <= $3 and s.is_new`;

const BORROWERS = `insert into borrower (id, creditor_id, name, national_id, national_id_index, employer, registered_at)
  select s.borrower_id, $4, s.name, s.national_id, s.national_id_index, s.employer, $5 from ${STAGED}
  on conflict (creditor_id, national_id_index) do nothing`;

/** Registered by hand since it was staged: its debts already name this Borrower, so it stands, found by its id only. */
const OVERTAKEN = `insert into borrower (id, creditor_id, name, national_id, employer, registered_at)
  select s.borrower_id, $4, s.name, s.national_id, s.employer, $5 from ${STAGED} on conflict (id) do nothing`;

const CONTACTS = `insert into contact_point (id, borrower_id, creditor_id, kind, value, source, status, added_at)
  select c.id, s.borrower_id, $4, c.kind, decode(c.value, 'hex'), c.source, 'ACTIVE', $5
  from ${STAGED.replace(' where', ' cross join lateral unnest(s.contact_ids, s.contact_kinds, s.contact_values, s.contact_sources) as c (id, kind, value, source) where')}`;

/** How many borrowers moved; 0 when none is left. */
export async function moveBorrowers({ worker }: ImportTools, batch: BorrowerBatch, limit: number = BORROWERS_PER_CHUNK): Promise<number> {
  const client = await worker.connect();
  try {
    await client.query('begin');
    const moved = await moveChunk(client, batch, limit);
    await client.query('commit');
    return moved;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function moveChunk(client: PoolClient, batch: BorrowerBatch, limit: number): Promise<number> {
  const { rows: positions } = await client.query<{ moved_through: number }>('select moved_through from import_batch where id = $1 for update', [batch.batchId]);
  const from = positions[0]!.moved_through;
  const { rows: staged } = await client.query<StagedBorrower>({ name: 'import_next', text: NEXT, values: [batch.batchId, from, limit] });
  if (staged.length === 0) return 0;
  const through = staged.at(-1)!.row_no;
  const now = new Date();
  const borrowers = await namePersons(client, staged);
  const range = [batch.batchId, from, through, batch.creditorId, now];
  const { rowCount } = await client.query(BORROWERS, range);
  if (rowCount !== staged.length) await client.query(OVERTAKEN, range);
  await client.query(CONTACTS, range);
  await recordRegistrations(client, batch, borrowers, now);
  await client.query('update import_batch set moved_through = $2 where id = $1', [batch.batchId, through]);
  return staged.length;
}

async function namePersons(client: PoolClient, staged: readonly StagedBorrower[]): Promise<RegisteredBorrower[]> {
  // In one order for every importer, so that two of them never wait for each other's persons.
  const indexes = staged.flatMap(({ person_index: index }) => (index === null ? [] : [index])).sort((left, right) => Buffer.compare(left, right));
  const persons = await holdPersons(client, indexes);
  const claims = staged.flatMap(({ borrower_id: borrowerId, person_index: index }) => (index === null ? [] : [{ borrowerId, personId: persons.get(index.toString('latin1'))! }]));
  await client.query(CLAIMS, [claims.map(({ borrowerId }) => borrowerId), claims.map(({ personId }) => personId)]);
  const known = new Map(claims.map(({ borrowerId, personId }) => [borrowerId, personId]));
  return staged.map(({ borrower_id: borrowerId }) => ({ borrowerId, personId: known.get(borrowerId) ?? newId('person') }));
}

/** One that is being forgotten at this moment is gone when it could be held; then it is made anew. */
async function holdPersons(client: PoolClient, indexes: readonly Buffer[]): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  const hold = async (statement: string, values: readonly unknown[]): Promise<void> => {
    const { rows } = await client.query<{ id: string; index: Buffer }>(statement, [...values]);
    for (const { id, index } of rows) held.set(index.toString('latin1'), id);
  };
  for (let missing = indexes; missing.length > 0; ) {
    await hold(FRESH_PERSONS, [missing.map(() => newId('person')), missing]);
    const known = missing.filter((index) => !held.has(index.toString('latin1')));
    if (known.length > 0) await hold(KNOWN_PERSONS, [known]);
    missing = known.filter((index) => !held.has(index.toString('latin1')));
  }
  return held;
}

async function recordRegistrations(client: PoolClient, batch: BorrowerBatch, borrowers: readonly RegisteredBorrower[], now: Date): Promise<void> {
  const records = [];
  for (let at = 0; at < borrowers.length; at += BORROWERS_PER_EVENT_MAX) {
    const body = borrowersRegistered(batch.creditorId, borrowers.slice(at, at + BORROWERS_PER_EVENT_MAX), batch.batchId);
    records.push({ submission: composeSubmission({ ...body, actor: null, occurredAt: now }, null) });
  }
  await insertOutbox(client, records);
}
