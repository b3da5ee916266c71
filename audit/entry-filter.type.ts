/** Which entries of the ledger are asked for. Refuses what no index answers: a filter by a value that stands in no stream. */
import { Field, ID, InputType } from 'type-graphql';
import type { Transaction } from '../kernel/transaction';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { InputError } from '../schema/input-error';
import { Instant } from '../schema/instant';
import type { StreamName } from '../schema/vocabulary';
import { streamOf } from './stream-of';

@InputType('EntryFilter', { description: 'Which entries; all that is given must hold.' })
@Audience(...EVERY_AUDIENCE)
export class EntryFilter {
  @Field(() => ID, { nullable: true, description: 'About what: the id of a creditor, an agency, an engagement, a debt, a borrower, or of a right. Without it: all that is in your scope.' })
  subjectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'What they name as well, by an id of the same kinds: for example the agency among the entries about a creditor.' })
  partyId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Of which types: `debts.PlacementAccepted`, the beginning of some, `debts.Placement`, or a room, `debts`. At most 20.' })
  types?: readonly string[] | null;

  @Field(() => Instant, { nullable: true, description: 'Recorded at or after this instant.' })
  recordedFrom?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Recorded before this instant.' })
  recordedUntil?: Date | null;
}

/** A filter as the statements take it. */
export interface EntryQuestion {
  /** null: the reader's own. */
  readonly stream: StreamName | null;
  readonly party: StreamName | null;
  /** Beginnings of types; null: any. */
  readonly types: readonly string[] | null;
  readonly from: Date | null;
  readonly until: Date | null;
}

const TYPES_MAX = 20;
const TYPE = /^[a-z]{1,30}(\.[A-Z][A-Za-z]{0,59})?$/;

export const ANY_ENTRY: EntryQuestion = { stream: null, party: null, types: null, from: null, until: null };

export function questionOf(filter: EntryFilter | null | undefined): EntryQuestion {
  if (filter === null || filter === undefined) return ANY_ENTRY;
  const { subjectId = null, partyId = null, types = null, recordedFrom = null, recordedUntil = null } = filter;
  if (recordedFrom !== null && recordedUntil !== null && recordedFrom >= recordedUntil) throw new InputError('filter.recordedUntil', 'The period ends before it begins.');
  return {
    stream: subjectId === null ? null : streamOf(subjectId, 'filter.subjectId'),
    party: partyId === null ? null : streamOf(partyId, 'filter.partyId'),
    types: types === null ? null : beginningsOf(types),
    from: recordedFrom,
    until: recordedUntil,
  };
}

function beginningsOf(types: readonly string[]): string[] {
  if (types.length > TYPES_MAX || !types.every((type) => TYPE.test(type))) {
    throw new InputError('filter.types', `At most ${TYPES_MAX} event types, such as \`debts.PlacementAccepted\`, beginnings of them or rooms.`);
  }
  return types.map((type) => (type.includes('.') ? type : `${type}.`));
}

/** The indexes between which entries of the period lie: after the first bound, before the second; null where it is open. */
export async function boundsOfPeriod(transaction: Transaction, { from, until }: EntryQuestion): Promise<readonly [after: number, before: number]> {
  const firstAt = async (at: Date): Promise<number> => {
    const [row] = await transaction.prepared<{ first: number }>('first_recorded', 'select first_recorded($1)::float8 as first', [at.toISOString()]);
    return row?.first ?? 0;
  };
  return [from === null ? -1 : (await firstAt(from)) - 1, until === null ? Number.MAX_SAFE_INTEGER : await firstAt(until)];
}
