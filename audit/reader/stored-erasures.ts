/**
 * Which borrowers were erased by which entries, as the stored log says: for exports, which name the erasing entry in place of a
 * value that nobody can open any more. Believes an entry only after reading its type from its bytes.
 */
import { parseDisclosure } from '../log/commitment';
import { parseEntry } from '../log/entry';
import { ERASED_TYPE, SUBJECT_MEMBER } from '../log/erasure-check';
import type { ErasureRecord } from '../log/erasure-file';
import type { HeldDisclosure } from '../log/held-disclosure';
import { ENTRY_COLUMNS, toEntry, type EntryRow, type HashedEntry, type Statements } from './stored-entries';
import { proveInclusions } from './tree-reader';

/** Borrower → index of the entry that erased him. */
export type ErasedSubjects = ReadonlyMap<string, number>;

const ROWS = 512;
/** A first sieve on the bytes; the source spares most rows even that. */
const SIEVE = `entry.source = 'borrowers' and position($1::bytea in entry.bytes) > 0`;
const NEEDLE = Buffer.from(`"type":"${ERASED_TYPE}"`, 'utf8');
const IN_LOG = `select ${ENTRY_COLUMNS} from entry where index >= $2 and index < $3 and ${SIEVE} order by index limit ${ROWS}`;
const AMONG = `select ${ENTRY_COLUMNS} from stream_entry join entry on entry.index = stream_entry.index where stream_entry.stream = any($2) and entry.index < $3 and ${SIEVE}`;
const AT = `select ${ENTRY_COLUMNS} from entry where index = any($1) order by index`;

/** The disclosure of whom an entry erased; null for an entry that erased nobody. */
function subjectDisclosure({ bytes, disclosures }: HashedEntry): { readonly text: string; readonly subject: string } | null {
  if (parseEntry(bytes).event.type !== ERASED_TYPE) return null;
  for (const { kind, text } of disclosures) {
    if (kind !== 'structural' || text === null) continue;
    const disclosure = parseDisclosure(text);
    if (disclosure.form === 'member' && disclosure.name === SUBJECT_MEMBER && typeof disclosure.value === 'string') return { text, subject: disclosure.value };
  }
  return null;
}

function collect(entries: readonly HashedEntry[], into: Map<string, number>): void {
  for (const entry of entries) {
    const found = subjectDisclosure(entry);
    if (found !== null) into.set(found.subject, entry.index);
  }
}

/** Everybody erased in the tree of a size: one pass over the log. */
export async function erasedInLog(database: Statements, size: number): Promise<ErasedSubjects> {
  const erased = new Map<string, number>();
  for (let from = 0; from < size; ) {
    const { rows } = await database.query<EntryRow>(IN_LOG, [NEEDLE, from, size]);
    collect(rows.map(toEntry), erased);
    from = rows.length < ROWS ? size : Number((rows.at(-1) as EntryRow).index) + 1;
  }
  return erased;
}

/** Those among the subjects of sealed values beside some entries who were erased in the tree of a size. */
export async function erasedAmong(database: Statements, held: readonly HeldDisclosure[], size: number): Promise<ErasedSubjects> {
  const subjects = new Set(held.flatMap(({ kind, subject }) => (kind === 'personal' && subject !== undefined ? [subject] : [])));
  const erased = new Map<string, number>();
  if (subjects.size === 0) return erased;
  const { rows } = await database.query<EntryRow>({ name: 'erased_among', text: AMONG, values: [NEEDLE, [...subjects].map((subject) => `borrower:${subject}`), size] });
  collect(rows.map(toEntry), erased);
  return erased;
}

/** Erasing entries with their proofs in the tree of a size, showing whom they erased and nothing else. */
export async function readErasures(database: Statements, indexes: readonly number[], size: number): Promise<ErasureRecord[]> {
  const { rows } = await database.query<EntryRow>(AT, [[...indexes]]);
  const proofs = await proveInclusions(database, indexes, size);
  return rows.map(toEntry).map((entry, i) => {
    const found = subjectDisclosure(entry);
    if (found === null) throw new Error(`entry ${entry.index} erased nobody`);
    return { index: entry.index, entry: entry.bytes, subject: found.text, proof: proofs[i] as Buffer[] };
  });
}
