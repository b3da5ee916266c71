/** Moments in time: UTC, RFC 3339, milliseconds. Refuses offsets, so that two texts of one moment are one text. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';

const PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** The moment a text names, or null: also for 30 February, which `Date` would silently move to March. */
export function parseInstant(text: string): Date | null {
  if (!PATTERN.test(text)) return null;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  return instant;
}

function parse(text: unknown): Date {
  const instant = typeof text === 'string' ? parseInstant(text) : null;
  if (instant === null) throw new GraphQLError('An Instant is UTC in RFC 3339, like 2026-11-21T20:20:10.123Z.');
  return instant;
}

export const Instant = new GraphQLScalarType<Date, string>({
  name: 'Instant',
  description: 'A moment in UTC, in RFC 3339 with milliseconds: `2026-11-21T20:20:10.123Z`.',
  extensions: { audiences: EVERY_AUDIENCE },
  serialize: (value) => (value instanceof Date ? value : parse(value)).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
