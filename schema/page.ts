/**
 * Which page of a list is asked for, and the opaque cursors that name places in it. Refuses an unbounded page, and a
 * cursor made for another audience, another sort or another version of this format.
 */
import { ArgsType, Field, Int } from 'type-graphql';
import { InputError } from './input-error';
import type { Audience } from './vocabulary';

export const PAGE_SIZE_MAX = 100;

const CURSOR_VERSION = 1;

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the start, at most 100. Give this or `last`.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Start after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end, at most 100. Give this or `first`.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'End before this cursor.' })
  before?: string | null;
}

/** The values of a row's sort columns, most significant first, ending in its id. Never personal data: cursors travel. */
export type SortKey = readonly (string | number)[];

/** What a cursor is bound to. `sort` names the list and its order, e.g. `debts:asOf,id`. */
export interface CursorBinding {
  readonly audience: Audience;
  readonly sort: string;
}

/** A checked request for one page: the query takes `take` rows strictly between the keys, backwards if not `forward`. */
export interface Page {
  readonly forward: boolean;
  readonly size: number;
  /** One more than the page holds: its presence says that there is a next page. */
  readonly take: number;
  readonly after: SortKey | null;
  readonly before: SortKey | null;
  readonly binding: CursorBinding;
}

/** base64url of `[version, audience, sort, ...key]`. Not secret and not signed: row scope decides, never a cursor. */
export function sealCursor(binding: CursorBinding, key: SortKey): string {
  return Buffer.from(JSON.stringify([CURSOR_VERSION, binding.audience, binding.sort, ...key])).toString('base64url');
}

/** Throws InputError naming `argument` for anything `sealCursor` did not make under the same binding. */
export function openCursor(binding: CursorBinding, cursor: string, argument: 'after' | 'before'): SortKey {
  const parts = parseCursor(cursor);
  if (parts === null || parts[0] !== CURSOR_VERSION) throw new InputError(argument, 'This is not a cursor of this list.');
  const [, audience, sort, ...key] = parts;
  if (audience !== binding.audience || sort !== binding.sort) {
    throw new InputError(argument, 'This cursor belongs to another list, another order or another audience.');
  }
  const isKey = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
  if (key.length === 0 || !key.every(isKey)) throw new InputError(argument, 'This is not a cursor of this list.');
  return key;
}

function parseCursor(cursor: string): unknown[] | null {
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    // Buffer skips characters outside the alphabet: without this, many texts would be one cursor.
    if (bytes.toString('base64url') !== cursor) return null;
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Checks the arguments of a connection. Every list resolver starts here, so none can be unbounded. */
export function openPage(args: ConnectionArgs, binding: CursorBinding): Page {
  const { first, last, after, before } = args;
  if (typeof first === 'number' && typeof last === 'number') throw new InputError('last', 'Give `first` or `last`, not both.');
  const size = first ?? last;
  if (size === null || size === undefined) throw new InputError('first', 'Give `first` or `last`, at most 100.');
  const argument = typeof first === 'number' ? 'first' : 'last';
  if (!Number.isInteger(size) || size < 0 || size > PAGE_SIZE_MAX) {
    throw new InputError(argument, `\`${argument}\` is a whole number from 0 to ${PAGE_SIZE_MAX}.`);
  }
  return {
    forward: argument === 'first',
    size,
    take: size + 1,
    after: typeof after === 'string' ? openCursor(binding, after, 'after') : null,
    before: typeof before === 'string' ? openCursor(binding, before, 'before') : null,
    binding,
  };
}
