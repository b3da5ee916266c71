/**
 * Which person a Borrower is, for the command line of a development hub only. No request may read it: the link crosses
 * creditors, and no answer of the hub reveals one creditor's facts to another.
 */
import type { Pool } from 'pg';

export async function findPersonId(worker: Pool, borrowerId: string): Promise<string | null> {
  const { rows } = await worker.query<{ person_id: string }>('select person_id from standing_person where borrower_id = $1', [borrowerId]);
  return rows[0]?.person_id ?? null;
}
