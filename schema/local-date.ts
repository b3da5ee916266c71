/** Business dates: a day in the jurisdiction's zone. Refuses `Date` objects, which would bring a zone of their own. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';
import { parseInstant } from './instant';

export function isLocalDate(text: unknown): text is string {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== null;
}

function parse(text: unknown): string {
  if (!isLocalDate(text)) throw new GraphQLError('A LocalDate is a day of the calendar, like 2026-11-21.');
  return text;
}

export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description: "A day of the calendar in the zone of the debt's jurisdiction: `2026-11-21`.",
  extensions: { audiences: EVERY_AUDIENCE },
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
