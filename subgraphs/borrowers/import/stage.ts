/**
 * Staging of borrowers: finds who is known already, makes ids and keys for the others in bulk, seals every value and copies
 * the rows in. Nothing in clear reaches the database. A row staged before keeps its borrower, so a resumed import repeats nothing.
 */
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { newId } from '../../../schema/ids';
import { seal } from '../../../kernel/vault/seal';
import { EMPLOYER_BINDING, NAME_BINDING, nationalIdIndex, NATIONAL_ID_BINDING, PERSON_INDEX } from '../borrower';
import { contactBinding } from '../contact-point';
import type { Registration } from '../registration';
import type { BorrowerBatch, ImportTools } from './batch';

export interface StagedRow {
  readonly rowNo: number;
  readonly registration: Registration;
}

interface Unstaged extends StagedRow {
  readonly index: Buffer | null;
  readonly borrowerId: string;
  readonly isNew: boolean;
}

const COPY = `copy staged_borrower (batch_id, row_no, borrower_id, is_new, person_index, national_id_index, name, national_id, employer,
  contact_ids, contact_kinds, contact_sources, contact_values) from stdin`;

const KNOWN_BORROWERS = `select national_id_index as index, id from borrower where creditor_id = $1 and national_id_index = any($2)
  union all select national_id_index, borrower_id from staged_borrower where batch_id = $3 and is_new and national_id_index = any($2)`;

/** Each row's borrower, whether staged now, staged before, or a borrower the creditor already has. */
export async function stageBorrowers(tools: ImportTools, batch: BorrowerBatch, rows: readonly StagedRow[]): Promise<Map<number, string>> {
  const staged = await stagedBefore(tools, batch, rows);
  const missing = rows.filter(({ rowNo }) => !staged.has(rowNo));
  if (missing.length === 0) return staged;
  const unstaged = await assignBorrowers(tools, batch, missing);
  const keys = await tools.keyStore.createKeys(unstaged.filter(({ isNew }) => isNew).map(({ borrowerId }) => borrowerId));
  await copyIn(tools, unstaged.map((row) => copyLine(tools, batch, row, keys.get(row.borrowerId))).join(''));
  for (const { rowNo, borrowerId } of unstaged) staged.set(rowNo, borrowerId);
  return staged;
}

async function stagedBefore({ worker }: ImportTools, { batchId }: BorrowerBatch, rows: readonly StagedRow[]): Promise<Map<number, string>> {
  const { rows: found } = await worker.query<{ row_no: number; borrower_id: string }>('select row_no, borrower_id from staged_borrower where batch_id = $1 and row_no = any($2)', [
    batchId,
    rows.map(({ rowNo }) => rowNo),
  ]);
  return new Map(found.map((row) => [row.row_no, row.borrower_id]));
}

/** One Borrower per identity number and creditor, in this file and before it; what is known of a known one is not overwritten. */
async function assignBorrowers({ worker, keyStore }: ImportTools, batch: BorrowerBatch, rows: readonly StagedRow[]): Promise<Unstaged[]> {
  const domain = nationalIdIndex(batch.creditorId);
  const indexes = rows.map(({ registration }) => (registration.nationalIdKey === null ? null : keyStore.blind(domain, registration.nationalIdKey)));
  const wanted = indexes.filter((index) => index !== null);
  const found = wanted.length === 0 ? [] : (await worker.query<{ index: Buffer; id: string }>(KNOWN_BORROWERS, [batch.creditorId, wanted, batch.batchId])).rows;
  const known = new Map(found.map((row) => [row.index.toString('latin1'), row.id]));
  return rows.map((row, at) => {
    const index = indexes[at] ?? null;
    const name = index?.toString('latin1');
    const existing = name === undefined ? undefined : known.get(name);
    const borrowerId = existing ?? newId('borrower');
    if (name !== undefined) known.set(name, borrowerId);
    return { ...row, index, borrowerId, isNew: existing === undefined };
  });
}

const NULL = '\\N';
const bytea = (bytes: Buffer | null): string => (bytes === null ? NULL : `\\\\x${bytes.toString('hex')}`);

/** COPY's text format; every column is an id, a number, a word or hex, so nothing needs escaping. */
function copyLine({ keyStore }: ImportTools, batch: BorrowerBatch, row: Unstaged, key: Buffer | undefined): string {
  const start = `${batch.batchId}\t${row.rowNo}\t${row.borrowerId}\t`;
  if (!row.isNew) return `${start}f\t${Array<string>(9).fill(NULL).join('\t')}\n`;
  if (key === undefined) throw new Error('a new borrower has no key');
  const sealed = (binding: string, value: string): Buffer => seal(key, binding, Buffer.from(value, 'utf8'));
  const { name, nationalId, nationalIdKey, employer, contactPoints } = row.registration;
  const contacts = contactPoints.map(({ kind, source, value }) => {
    const id = newId('contact');
    return { id, kind, source, value: sealed(contactBinding(id), value).toString('hex') };
  });
  const listOf = (part: 'id' | 'kind' | 'source' | 'value'): string => `{${contacts.map((contact) => contact[part]).join(',')}}`;
  const cells = [
    't',
    bytea(nationalIdKey === null ? null : keyStore.blind(PERSON_INDEX, nationalIdKey)),
    bytea(row.index),
    bytea(sealed(NAME_BINDING, name)),
    bytea(nationalId === null ? null : sealed(NATIONAL_ID_BINDING, nationalId)),
    bytea(employer === null ? null : sealed(EMPLOYER_BINDING, employer)),
    listOf('id'),
    listOf('kind'),
    listOf('source'),
    listOf('value'),
  ];
  return `${start}${cells.join('\t')}\n`;
}

async function copyIn({ worker }: ImportTools, lines: string): Promise<void> {
  const client = await worker.connect();
  try {
    await pipeline([Buffer.from(lines, 'latin1')], client.query(copyFrom(COPY)));
  } finally {
    client.release();
  }
}
