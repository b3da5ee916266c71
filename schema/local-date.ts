/** Business dates: a day in the jurisdiction's zone. Refuses `Date` objects, which would bring a zone of their own. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';

const PATTERN = /^\d{4}-\d\d-\d\d$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const FEBRUARY = 2;

/** Reckoned, not read by `Date`: an import asks for seven dates of each debt. */
export function isLocalDate(text: unknown): text is string {
  if (typeof text !== 'string' || !PATTERN.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))] as const;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (isLeap && month === FEBRUARY ? 29 : (DAYS[month - 1] ?? 0));
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
