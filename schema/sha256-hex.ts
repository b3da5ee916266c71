/** SHA-256 digests as text. Accepts one spelling only, lower-case hex, so that equal digests are equal strings. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';

export function isSha256Hex(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function parse(value: unknown): string {
  if (!isSha256Hex(value)) throw new GraphQLError('Sha256Hex is a SHA-256 digest: 64 lower-case hexadecimal digits.');
  return value;
}

export const Sha256Hex = new GraphQLScalarType<string, string>({
  name: 'Sha256Hex',
  description: 'A SHA-256 digest as 64 lower-case hexadecimal digits.',
  extensions: { audiences: EVERY_AUDIENCE },
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
