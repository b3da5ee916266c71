/** The keys this log has had, from its own entries: the first one, and each change that an entry made. */
import type { Pool } from 'pg';
import type { KeyChange } from '../log/keys-file';
import { parseEntry } from '../log/entry';
import { createdUnder, LogKeys } from '../log/log-keys';
import { proveInclusions } from '../reader/tree-reader';

type Statements = Pick<Pool, 'query'>;

const PLAN = 'insert into signing_key (event_id, vkey) values ($1, $2)';
const FIRST = 'select bytes from entry where index = 0';
const CHANGES = `select entry.index::float8 as index, entry.bytes from signing_key join entry on entry.idempotency_key = signing_key.event_id
  where entry.index < $1 order by entry.index`;

interface ChangeRow {
  readonly index: number;
  readonly bytes: Buffer;
}

/** MUST be committed before the entry of this id is appended. */
export async function planKeyChange(database: Statements, eventId: string, vkey: string): Promise<void> {
  await database.query(PLAN, [eventId, vkey]);
}

async function readChanges(database: Statements, below: number): Promise<readonly ChangeRow[]> {
  return (await database.query<ChangeRow>(CHANGES, [below])).rows;
}

/** Null when there is no log here. Throws FormatError when an entry does not say what it has to say. */
export async function readLogKeys(database: Statements): Promise<LogKeys | null> {
  const { rows } = await database.query<{ bytes: Buffer }>(FIRST);
  const [first] = rows;
  if (first === undefined) return null;
  const keys = new LogKeys(createdUnder(parseEntry(first.bytes)));
  for (const { bytes } of await readChanges(database, Number.MAX_SAFE_INTEGER)) keys.rotate(parseEntry(bytes));
  return keys;
}

/** As an export of the tree of `size` carries them. */
export async function proveKeyChanges(database: Statements, size: number): Promise<KeyChange[]> {
  const changes = await readChanges(database, size);
  const proofs = await proveInclusions(database, changes.map(({ index }) => index), size);
  return changes.map(({ bytes }, at) => ({ bytes, proof: proofs[at] as Buffer[] }));
}
