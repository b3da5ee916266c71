/**
 * Amounts as integers of the currency's minor unit. Refuses fractions and anything JSON could not carry exactly;
 * whether an amount must be positive is a rule of the command, not of the scalar.
 */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';

const PATTERN = /^-?(?:0|[1-9]\d{0,15})$/;

/** The amount, or null. Text is accepted because PostgreSQL and some clients write 64-bit integers as text. */
export function parseMinorUnits(value: unknown): number | null {
  const number =
    typeof value === 'bigint' || (typeof value === 'string' && PATTERN.test(value)) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return null;
  return number === 0 ? 0 : number;
}

function parse(value: unknown): number {
  const amount = parseMinorUnits(value);
  if (amount === null) {
    throw new GraphQLError('MinorUnits is a whole number of minor units (cents, fen), at most 9007199254740991.');
  }
  return amount;
}

export const MinorUnits = new GraphQLScalarType<number, number>({
  name: 'MinorUnits',
  description: 'A whole number of the minor unit of a currency (cents, fen), between ±9007199254740991. Accepts digits as text too.',
  extensions: { audiences: EVERY_AUDIENCE },
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null),
});
