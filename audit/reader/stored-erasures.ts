/**
 * Which borrowers were erased by which entries, as the stored log says: for exports, which name the erasing entry in place of a
 * value that nobody can open any more. Believes an entry only after reading its type from its bytes.
 */
import { parseDisclosure } from '../log/commitment';
import { ERASED_TYPE, SUBJECT_MEMBER } from '../log/erasure-check';
import type { ErasureRecord } from '../log/erasure-file';
import type { HeldDisclosure } from '../log/held-disclosure';
import { entriesOfType, entriesOfTypeIn } from './entries-of-type';
import { ENTRY_COLUMNS, toEntry, type EntryRow, type HashedEntry, type Statements } from './stored-entries';
import { proveInclusions, type HashSource } from './tree-reader';

/** Borrower → index of the entry that erased him. */
export type ErasedSubjects = ReadonlyMap<string, number>;

const AT = `select ${ENTRY_COLUMNS} from entry where index = any($1) order by index`;

/** The disclosure of whom an erasing entry erased. */
function subjectDisclosure({ disclosures }: HashedEntry): { readonly text: string; readonly subject: string } | null {
  for (const { kind, text } of disclosures) {
    if (kind !== 'structural' || text === null) continue;
    const disclosure = parseDisclosure(text);
    if (disclosure.form === 'member' && disclosure.name === SUBJECT_MEMBER && typeof disclosure.value === 'string') return { text, subject: disclosure.value };
  }
  return null;
}

function collect(entry: HashedEntry, into: Map<string, number>): void {
  const found = subjectDisclosure(entry);
  if (found !== null) into.set(found.subject, entry.index);
}

/** Everybody erased in the tree of a size. */
export async function erasedInLog(database: Statements, size: number): Promise<ErasedSubjects> {
  const erased = new Map<string, number>();
  for await (const entry of entriesOfType(database, ERASED_TYPE, size)) collect(entry, erased);
  return erased;
}

/** Those among the subjects of sealed values beside some entries who were erased in the tree of a size. */
export async function erasedAmong(database: Statements, held: readonly HeldDisclosure[], size: number): Promise<ErasedSubjects> {
  const subjects = new Set(held.flatMap(({ kind, subject }) => (kind === 'personal' && subject !== undefined ? [subject] : [])));
  return erasedOf(database, [...subjects], size);
}

/** Those among these borrowers who were erased in the tree of a size. */
export async function erasedOf(database: HashSource, subjects: readonly string[], size: number): Promise<ErasedSubjects> {
  const erased = new Map<string, number>();
  if (subjects.length === 0) return erased;
  const streams = subjects.map((subject) => `borrower:${subject}`);
  for (const entry of await entriesOfTypeIn(database, ERASED_TYPE, streams, size)) collect(entry, erased);
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
