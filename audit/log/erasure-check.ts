/**
 * Which hidden values of an export are called erased, and by which entries. Each such entry has to be in the log and has to have
 * erased the very borrower the value is about; an exporter cannot withhold a value by calling it erased without one.
 */
import type { DisclosureRecord, HiddenMember } from './disclosure-record';
import type { ParsedEntry } from './entry';
import { fail } from './verdict';

export const ERASED_TYPE = 'borrowers.BorrowerErased';
/** The hidden member by which an event says which borrower it is about. */
export const SUBJECT_MEMBER = 'borrowerId';

/** Whom an entry is about, when the record shows it. */
export function subjectOf(members: readonly HiddenMember[]): string | null {
  const value = members.find(({ name }) => name === SUBJECT_MEMBER)?.value;
  return typeof value === 'string' ? value : null;
}

/** What one entry says: that it erased somebody, or that values of its own were erased by another entry. */
export type ErasureNote =
  | { readonly kind: 'erasure'; readonly index: number; readonly subject: string }
  | { readonly kind: 'claim'; readonly by: number; readonly subject: string | null; readonly at: number; readonly values: number };

const NOTHING: readonly ErasureNote[] = [];

export function erasureNotes(entry: ParsedEntry, record: DisclosureRecord, members: readonly HiddenMember[]): readonly ErasureNote[] {
  const isErasure = entry.event.type === ERASED_TYPE;
  if (!isErasure && record.erased === undefined) return NOTHING;
  const subject = subjectOf(members);
  const claims = Object.entries(record.erased ?? {}).map(([by, digests]): ErasureNote => ({ kind: 'claim', by: Number(by), subject, at: entry.index, values: digests.length }));
  return isErasure && subject !== null ? [{ kind: 'erasure', index: entry.index, subject }, ...claims] : claims;
}

export class ErasureCheck {
  /** Erasing entries that are known, and whom each erased. */
  private readonly known = new Map<number, string>();
  /** Erasing entries still to be seen: the borrowers said to be erased by each, with the first entry that says so. */
  private readonly claims = new Map<number, Map<string, number>>();
  private first: number | null = null;
  /** How many values are called erased. */
  erased = 0;

  /** In the order of the entries. */
  accept(note: ErasureNote): void {
    if (note.kind === 'erasure') this.know(note.index, note.subject);
    else this.claim(note.by, note.subject, note.at, note.values);
  }

  private claim(by: number, subject: string | null, at: number, values: number): void {
    this.erased += values;
    this.first ??= at;
    if (subject === null) return fail('integrity', { code: 'ERASURE_INVALID', index: at, expected: 'the borrower whose value is erased', got: 'nobody' });
    const erased = this.known.get(by);
    if (erased !== undefined) return this.compare(by, erased, subject, at);
    const subjects = this.claims.get(by) ?? new Map<string, number>();
    this.claims.set(by, subjects);
    if (!subjects.has(subject)) subjects.set(subject, at);
  }

  /** An erasing entry, wherever in the export it stands. */
  know(index: number, subject: string): void {
    this.known.set(index, subject);
    for (const [claimed, at] of this.claims.get(index) ?? []) this.compare(index, subject, claimed, at);
    this.claims.delete(index);
  }

  private compare(by: number, erased: string, subject: string, at: number): void {
    if (erased !== subject) fail('integrity', { code: 'ERASURE_INVALID', index: at, expected: `${subject} erased by entry ${by}`, got: erased });
  }

  /** Indexes of the erasing entries that no entry so far was, ascending. */
  open(): number[] {
    return [...this.claims.keys()].sort((a, b) => a - b);
  }

  /** Exports of versions that had no erased values have none. */
  refuseAny(): void {
    if (this.first !== null) fail('integrity', { code: 'DISCLOSURES_MALFORMED', index: this.first, detail: 'this export does not announce erased values' });
  }

  finish(): void {
    const [missing] = this.open();
    if (missing === undefined) return;
    const [at] = [...(this.claims.get(missing) as Map<string, number>).values()];
    fail('integrity', { code: 'ERASURE_MISSING', ...(at === undefined ? {} : { index: at }), expected: `entry ${missing}` });
  }
}
