/** What an observation shows, object by object, each with the record it belongs to. Knows the shapes of reads.ts only. */
import type { Observation } from './world';

export interface SeenObject {
  readonly type: string;
  readonly id: string;
  /** The nearest debt and borrower around it, itself included. */
  readonly debtId: string | null;
  readonly borrowerId: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Personal fields of each type by category: the test's own list, for a mark forgotten in a room must not blind it. */
export const PERSONAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Debt: { reference: 'BALANCE', balance: 'BALANCE', daysPastDue: 'DELINQUENCY' },
  Payment: { amount: 'PAYMENT_HISTORY' },
  Borrower: { name: 'IDENTITY', phones: 'CONTACT', address: 'ADDRESS' },
  ContactPoint: { value: 'CONTACT' },
};
const ROWS: ReadonlySet<string> = new Set([...Object.keys(PERSONAL), 'Placement', 'Engagement', 'EntrustmentAgreement']);
/** Rooms answer a reference to another room's entity with the id they were given: nothing of theirs. */
const isStub = (fields: Record<string, unknown>): boolean => fields['__typename'] === 'Borrower' && !('name' in fields);

export function seenIn({ data }: Observation): SeenObject[] {
  const seen: SeenObject[] = [];
  visit(data, { debtId: null, borrowerId: null }, seen);
  return seen;
}

function visit(value: unknown, around: { debtId: string | null; borrowerId: string | null }, seen: SeenObject[]): void {
  if (Array.isArray(value)) return value.forEach((item) => visit(item, around, seen));
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  let place = around;
  const { __typename: type, id } = fields;
  if (typeof type === 'string' && typeof id === 'string' && ROWS.has(type) && !isStub(fields)) {
    if (type === 'Debt') place = { debtId: id, borrowerId: null };
    if (type === 'Borrower') place = { debtId: null, borrowerId: id };
    seen.push({ type, id, ...place, fields });
  }
  for (const inner of Object.values(fields)) visit(inner, place, seen);
}

/** Lists tell how many there are by `hasNextPage` alone; no generated history holds a hundred. */
export function hiddenPages(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + hiddenPages(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const own = (value as { hasNextPage?: unknown }).hasNextPage === true ? 1 : 0;
  return Object.values(value).reduce((sum: number, inner) => sum + hiddenPages(inner), own);
}
